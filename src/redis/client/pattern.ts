/** A text with a number in it: `foo{i}`. */
export class Pattern {
  readonly #parts: readonly string[];

  constructor(text: string) {
    this.#parts = text.split("{i}");
  }

  fill(number: number): string {
    const parts = this.#parts;
    if (parts.length === 2) return `${parts[0]}${number}${parts[1]}`;
    return parts.join(`${number}`);
  }
}
