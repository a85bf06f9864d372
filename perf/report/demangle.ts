/**
 * Names of C++ functions as reports show them: without parameters and results.
 * Reference: dso__demangle_sym() of tools/perf/util/symbol-elf.c, v6.1; cplus_demangle() of GNU libiberty without DMGL_PARAMS.
 * Not modelled: libiberty's spelling of thunks and of function arguments of templates.
 */

/** Whether a compiler has made the name of a C++ function: the Itanium ABI's prefix, which Rust's older scheme shares. */
export function isMangled(name: string): boolean {
  return name.startsWith('_Z');
}

/** Suffixes of C's integer literals by type, for arguments of templates. */
const LITERAL_SUFFIX: Readonly<Record<string, string>> = {
  int: '', 'unsigned int': 'u', long: 'l', 'unsigned long': 'ul', 'long long': 'll', 'unsigned long long': 'ull',
};
const TYPED_LITERAL = new RegExp(`\\((${Object.keys(LITERAL_SUFFIX).join('|')})\\)(-?\\d+)`, 'g');

/** What a compiler's copy of a function is marked with, and what stands behind the parameters of a member function. */
const CLONES = /( \[clone [^\]]*\])+$/;
const QUALIFIERS = /( (const|volatile|&+))+$/;

/** `void Foo::bar<int>(char const*) const` is `Foo::bar<int>`. */
export function withoutParameters(demangled: string): string {
  const spelt = demangled.replace(CLONES, '').replaceAll(', >', '>').replace(TYPED_LITERAL, (_, type: string, digits: string) => digits + LITERAL_SUFFIX[type]);
  const parameters = parametersOf(spelt.replace(QUALIFIERS, ''));
  return parameters === -1 ? spelt : withoutResult(spelt.slice(0, parameters));
}

/** Where the last parenthesis that closes at the end opens; -1 if none does. */
function parametersOf(text: string): number {
  if (!text.endsWith(')')) return -1;
  let depth = 0;
  for (let at = text.length - 1; at >= 0; at--) {
    if (text[at] === ')') depth++;
    else if (text[at] === '(' && --depth === 0) return at;
  }
  return -1;
}

/** Functions made from templates are mangled with their result, which stands before the last space outside of all brackets. */
function withoutResult(name: string): string {
  let depth = 0;
  let start = 0;
  for (let at = 0; at < name.length; at++) {
    // `operator<`, `operator new`: no brackets and no results come any more.
    if (depth === 0 && OPERATOR.test(name.slice(at, at + OPERATOR_LENGTH)) && !/\w/.test(name[at - 1] ?? ' ')) break;
    if ('(<{['.includes(name[at])) depth++;
    else if (')>}]'.includes(name[at])) depth--;
    else if (name[at] === ' ' && depth === 0) start = at + 1;
  }
  return name.slice(start);
}

const OPERATOR = /^operator\W/;
const OPERATOR_LENGTH = 'operator'.length + 1;
