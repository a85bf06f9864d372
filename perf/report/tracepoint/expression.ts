/**
 * The C expressions in which a tracepoint says what it prints: `REC->flags & 1 ? __get_str(name) : "none"`.
 * Reference: the grammar of ISO C's expressions, as far as the kernel's TP_printk() arguments use it, and libtraceevent's
 * process_arg_token() for which words are casts.
 * Not modelled: assignments, floating point, statements.
 */

export type Expression =
  | { kind: 'number'; value: bigint }
  | { kind: 'string'; text: string }
  | { kind: 'name'; name: string }
  | { kind: 'field'; name: string }
  | { kind: 'cast'; type: string; of: Expression }
  | { kind: 'unary'; operator: string; of: Expression }
  | { kind: 'binary'; operator: string; left: Expression; right: Expression }
  | { kind: 'choice'; condition: Expression; chosen: Expression; otherwise: Expression }
  | { kind: 'index'; of: Expression; at: Expression }
  | { kind: 'call'; name: string; arguments: Expression[] }
  /** `{ 1, "one" }`, what __print_symbolic and __print_flags are told. */
  | { kind: 'pair'; value: Expression; name: Expression };

const TOKEN = /\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)'|0[xX][0-9a-fA-F]+[uUlL]*|\d+[uUlL]*|[A-Za-z_]\w*|->|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^~!<>?:(){}[\],.])/y;

/** Binary operators, from those that bind least to those that bind most. */
const PRECEDENCE = [['||'], ['&&'], ['|'], ['^'], ['&'], ['==', '!='], ['<', '>', '<=', '>='], ['<<', '>>'], ['+', '-'], ['*', '/', '%']];

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', 0: '\0' };

function unescaped(text: string): string {
  return text.replace(/\\(.)/g, (_, letter: string) => ESCAPES[letter] ?? letter);
}

/** C's octal numbers begin with a mere zero. */
function numberOf(digits: string): bigint {
  return BigInt(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits);
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < text.trimEnd().length;) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) throw new SyntaxError(`'${text.slice(at, at + 20)}' is no expression`);
    tokens.push(match[1]);
  }
  return tokens;
}

const isName = (token: string | undefined): boolean => token !== undefined && /^[A-Za-z_]/.test(token);
const beginsOperand = (token: string | undefined): boolean => token !== undefined && /^["'(\w~!-]/.test(token);

class Parser {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = tokensOf(text);
  }

  /** Expressions with commas between them, up to the end. */
  list(): Expression[] {
    const found: Expression[] = [];
    while (this.#at < this.#tokens.length) {
      found.push(this.#expression());
      if (this.#at < this.#tokens.length) this.#expect(',');
    }
    return found;
  }

  get #next(): string | undefined {
    return this.#tokens[this.#at];
  }

  #accept(token: string): boolean {
    const is = this.#next === token;
    if (is) this.#at++;
    return is;
  }

  #expect(token: string): void {
    if (!this.#accept(token)) throw new SyntaxError(`'${this.#next ?? 'the end'}' stands where '${token}' belongs`);
  }

  #expression(): Expression {
    const condition = this.#binary(0);
    if (!this.#accept('?')) return condition;
    const chosen = this.#expression();
    this.#expect(':');
    return { kind: 'choice', condition, chosen, otherwise: this.#expression() };
  }

  #binary(level: number): Expression {
    if (level === PRECEDENCE.length) return this.#unary();
    let left = this.#binary(level + 1);
    while (this.#next !== undefined && PRECEDENCE[level].includes(this.#next)) {
      const operator = this.#tokens[this.#at++];
      left = { kind: 'binary', operator, left, right: this.#binary(level + 1) };
    }
    return left;
  }

  #unary(): Expression {
    const operator = this.#next;
    if (operator !== undefined && ['-', '~', '!', '+', '*', '&'].includes(operator)) {
      this.#at++;
      return { kind: 'unary', operator, of: this.#unary() };
    }
    if (operator === '(') {
      const type = this.#castType();
      if (type !== null) return { kind: 'cast', type, of: this.#unary() };
    }
    return this.#postfix(this.#primary());
  }

  /** `(unsigned long long)` in front of an operand: words and stars alone in parentheses. */
  #castType(): string | null {
    let end = this.#at + 1;
    while (isName(this.#tokens[end]) || this.#tokens[end] === '*') end++;
    const words = this.#tokens.slice(this.#at + 1, end);
    if (words.length === 0 || this.#tokens[end] !== ')' || !beginsOperand(this.#tokens[end + 1])) return null;
    if (words.includes('REC')) return null;
    this.#at = end + 1;
    return words.join(' ');
  }

  #primary(): Expression {
    const token = this.#tokens[this.#at++];
    if (token === '(') {
      const inner = this.#expression();
      this.#expect(')');
      return inner;
    }
    if (token === '{') return this.#pair();
    if (token?.startsWith('"')) return this.#string(token);
    if (token?.startsWith("'")) return { kind: 'number', value: BigInt(unescaped(token.slice(1, -1)).charCodeAt(0)) };
    if (token !== undefined && /^\d/.test(token)) return { kind: 'number', value: numberOf(token.replace(/[uUlL]+$/, '')) };
    if (!isName(token)) throw new SyntaxError(`'${token ?? 'the end'}' stands where a value belongs`);
    if (token === 'REC' && this.#accept('->')) return { kind: 'field', name: this.#tokens[this.#at++] };
    return { kind: 'name', name: token };
  }

  /** Texts one behind the other are one. */
  #string(first: string): Expression {
    let text = unescaped(first.slice(1, -1));
    while (this.#next?.startsWith('"')) text += unescaped(this.#tokens[this.#at++].slice(1, -1));
    return { kind: 'string', text };
  }

  #pair(): Expression {
    const value = this.#expression();
    this.#expect(',');
    const name = this.#expression();
    this.#accept(',');
    this.#expect('}');
    return { kind: 'pair', value, name };
  }

  #postfix(operand: Expression): Expression {
    if (this.#accept('[')) {
      const at = this.#expression();
      this.#expect(']');
      return this.#postfix({ kind: 'index', of: operand, at });
    }
    if (operand.kind !== 'name' || !this.#accept('(')) return operand;
    const given: Expression[] = [];
    while (!this.#accept(')')) {
      given.push(this.#expression());
      if (this.#next !== ')') this.#expect(',');
    }
    return this.#postfix({ kind: 'call', name: operand.name, arguments: given });
  }
}

/** Reads what stands behind `print fmt:`: the text and its arguments. Throws SyntaxError for what is no list of expressions. */
export function parseExpressions(text: string): Expression[] {
  return new Parser(text).list();
}
