/**
 * Strings as the kernel keeps them: bytes, which for file systems and terminals of today are UTF-8.
 *
 * Reference: __set_task_comm() of fs/exec.c and TASK_COMM_LEN of include/linux/sched.h, v3.2.
 * Not modelled: half a character, where a name is cut off within one; a JavaScript string has none.
 */

/** Bytes of a task's name, its NUL included. */
const TASK_COMM_LEN = 16;

const encoder = new TextEncoder();

/** The bytes of a string, without its NUL. */
export function c_string(text: string): Uint8Array {
  return encoder.encode(text);
}

/** The name that a task gets: as much of it as there is room for. */
export function task_comm(name: string): string {
  let room = TASK_COMM_LEN - 1;
  let comm = '';
  for (const character of name) {
    room -= c_string(character).length;
    if (room < 0) break;
    comm += character;
  }
  return comm;
}
