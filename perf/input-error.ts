/**
 * Input that cannot be acted upon, said in one sentence that names the input and what would be right instead.
 * Not modelled: error codes; commands print the sentence and exit with status 2.
 */
export class InputError extends Error {
  override name = 'InputError';
}
