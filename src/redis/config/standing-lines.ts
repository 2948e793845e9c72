/**
 * The lines of a file that come in blocks, most of which say the same the next time the file is rewritten:
 * what a Sentinel's file says of each of its masters. Counted by option, for the n-th line of an option
 * takes its n-th place in the file: as long as none go, the file has a place for each.
 */

export interface Line {
  readonly option: string;
  readonly text: string;
  /** What `readsAs` says of it. */
  readonly isReadable: boolean;
}

export interface Block {
  readonly lines: readonly Line[];
}

/** How many lines have come, all of one option, and by how many bytes the text is longer with all changes. */
interface Growth {
  readonly option: string;
  readonly lines: number;
  readonly bytes: number;
}

export class StandingLines {
  readonly #owners: readonly unknown[];
  readonly #blocks: Block[];
  readonly #counts = new Map<string, number>();
  #isReadable = true;

  constructor(owners: readonly unknown[], blocks: readonly Block[]) {
    this.#owners = owners;
    this.#blocks = blocks.slice();
    for (const { option, isReadable } of this.lines()) {
      this.#counts.set(option, (this.#counts.get(option) ?? 0) + 1);
      if (!isReadable) this.#isReadable = false;
    }
  }

  /** The options that have lines. */
  get options(): Iterable<string> {
    return this.#counts.keys();
  }

  *lines(): Iterable<Line> {
    for (const { lines } of this.#blocks) yield* lines;
  }

  /** Undefined, and nothing is changed, where the places in the file are not as plain as that. */
  change(
    owners: readonly unknown[],
    changes: readonly (readonly [number, Block])[],
  ): Growth | undefined {
    if (owners !== this.#owners || !this.#isReadable) return undefined;
    const more = new Map<string, number>();
    let bytes = 0;
    for (const [at, block] of changes) {
      for (const { option, text } of this.#blocks[at]?.lines ?? []) {
        more.set(option, (more.get(option) ?? 0) - 1);
        bytes -= text.length + 1;
      }
      for (const { option, text, isReadable } of block.lines) {
        if (!isReadable) return undefined;
        more.set(option, (more.get(option) ?? 0) + 1);
        bytes += text.length + 1;
      }
    }
    let grown = "";
    let lines = 0;
    for (const [option, count] of more) {
      if (count === 0) continue;
      if (count < 0 || lines > 0) return undefined;
      grown = option;
      lines = count;
    }
    for (const [at, block] of changes) this.#blocks[at] = block;
    if (lines > 0) this.#counts.set(grown, (this.#counts.get(grown) ?? 0) + lines);
    return { option: grown, lines, bytes };
  }
}
