/** Why the system refused a file: "permission denied", "no space left on device". */
import { getSystemErrorMap } from 'node:util';

export function systemReason(error: unknown): string {
  const [, reason = String(error)] = getSystemErrorMap().get((error as NodeJS.ErrnoException).errno ?? 0) ?? [];
  return reason;
}
