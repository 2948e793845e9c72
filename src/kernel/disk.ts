/**
 * The disk of a machine: it survives the process, and what was fsynced survives the machine.
 *
 * A file has the content last written, in the page cache, and the content that would be found after a
 * power loss. What is not fsynced reaches the disk by itself half a minute after the file became dirty,
 * as Linux's writeback does; a power loss before that takes it away. Renaming and removing are journaled:
 * atomic and durable at once, but the rename of a file that was never fsynced leaves the old content
 * of the target to be found.
 */
import { assert } from "./assert.js";
import type { RealMachine } from "./real-machine.js";
import { type Duration, type Instant, microseconds, none, seconds } from "./time.js";

export interface DiskSettings {
  /** What it writes and reads a second. */
  readonly bytesPerSecond: number;
  /** How long an fsync takes, apart from the bytes. */
  readonly syncTime: Duration;
  /** Bytes it can hold; 0 is unlimited. */
  readonly capacity: number;
}

/** dirty_expire_centisecs of Linux. */
const writeback = seconds(30);

/** A content of which nobody has yet asked more than how long it is. */
export class LateText {
  #make: (() => string) | undefined;
  #text: string | undefined = undefined;

  constructor(make: () => string) {
    this.#make = make;
  }

  /** The text, if somebody has read it. */
  get made(): string | undefined {
    return this.#text;
  }

  text(): string {
    this.#text ??= this.#make?.() ?? "";
    this.#make = undefined;
    return this.#text;
  }
}

interface Version {
  readonly content: unknown;
  readonly bytes: number;
}

interface File {
  cached: Version;
  durable: Version | undefined;
  /** Since when the page cache has held something that the disk has not. */
  dirtySince: Instant;
}

export class HostDisk {
  readonly #settings: DiskSettings;
  readonly #files = new Map<string, File>();
  #used = 0;
  #isFull = false;
  #factor = 1;
  #added = none;
  readonly #real: RealMachine | undefined;
  /** errno of what failed last. */
  error = "";

  /** `real`: whose text files these are. */
  constructor(settings: DiskSettings, real?: RealMachine) {
    this.#settings = settings;
    this.#real = real;
  }

  /** May a write or a rename fail, as things stand? */
  get mayRefuse(): boolean {
    return this.#isFull || this.#settings.capacity > 0 || this.#real !== undefined;
  }

  read(path: string): unknown {
    const content = this.peek(path);
    return content instanceof LateText ? content.text() : content;
  }

  peek(path: string): unknown {
    const file = this.#files.get(path);
    if (file !== undefined || this.#real === undefined) return file?.cached.content;
    const found = this.#real.find(path);
    return found?.kind === "text" ? found.text : undefined;
  }

  canExecute(path: string): boolean {
    return this.#real?.canExecute(path) ?? false;
  }

  size(path: string): number {
    return this.#files.get(path)?.cached.bytes ?? 0;
  }

  write(at: Instant, path: string, content: unknown, bytes: number): boolean {
    const { capacity } = this.#settings;
    const used = this.#used - this.size(path) + bytes;
    if (this.#isFull || (capacity > 0 && used > capacity))
      return this.#fails("No space left on device");
    if (this.#real !== undefined) {
      if (typeof content === "string") return this.#answers(this.#real.write(path, content));
      const isNew = !this.#files.has(path);
      if (isNew && this.#real.find(path)?.kind === "directory")
        return this.#fails("Is a directory");
    }
    const file = this.#files.get(path);
    if (file === undefined) {
      this.#files.set(path, { cached: { content, bytes }, durable: undefined, dirtySince: at });
    } else {
      // A file that is written all the time is written back all the same, half a minute at a time.
      if (at - file.dirtySince >= writeback) file.durable = file.cached;
      if (file.durable === file.cached) file.dirtySince = at;
      file.cached = { content, bytes };
    }
    this.#used = used;
    return true;
  }

  /** Makes the content durable; answers how long that takes, the bytes not yet written included. */
  sync(path: string): Duration {
    const file = this.#files.get(path);
    let bytes = 0;
    if (file !== undefined && file.durable !== file.cached) {
      bytes = Math.max(0, file.cached.bytes - (file.durable?.bytes ?? 0));
      file.durable = file.cached;
    }
    const time = this.#settings.syncTime * this.#factor + this.#added;
    return microseconds(Math.round(time) + this.transferTime(bytes));
  }

  rename(from: string, to: string): boolean {
    const source = this.#files.get(from);
    if (source === undefined && this.#real !== undefined)
      return this.#answers(this.#real.rename(from, to));
    assert(source !== undefined, `the file ${from} exists before it is renamed`);
    if (from === to) return true;
    if (this.#real?.find(to)?.kind === "directory") return this.#fails("Is a directory");
    const target = this.#files.get(to);
    this.#used -= target?.cached.bytes ?? 0;
    const isSynced = source.durable === source.cached;
    this.#files.set(to, {
      cached: source.cached,
      durable: isSynced ? source.cached : target?.durable,
      dirtySince: source.dirtySince,
    });
    this.#files.delete(from);
    return true;
  }

  remove(path: string): void {
    this.#used -= this.size(path);
    if (!this.#files.delete(path)) this.#real?.remove(path);
  }

  #answers(error: string | undefined): boolean {
    return error === undefined || this.#fails(error);
  }

  #fails(error: string): false {
    this.error = error;
    return false;
  }

  list(prefix: string): readonly string[] {
    return [...this.#files.keys()].filter((path) => path.startsWith(prefix)).sort();
  }

  names(folder: string): readonly string[] {
    const found = this.#real?.find(folder);
    const real = found?.kind === "directory" ? found.names : [];
    return [...new Set([...real, ...namesIn(folder, this.#files.keys())])].sort();
  }

  transferTime(bytes: number): Duration {
    const time = (bytes * 1_000_000 * this.#factor) / this.#settings.bytesPerSecond;
    return microseconds(Math.ceil(time));
  }

  /** The machine loses power: what had not reached the disk is gone. */
  losePower(at: Instant): void {
    for (const [path, file] of this.#files) {
      if (at - file.dirtySince >= writeback) file.durable = file.cached;
      this.#used += (file.durable?.bytes ?? 0) - file.cached.bytes;
      if (file.durable === undefined) this.#files.delete(path);
      else file.cached = file.durable;
    }
  }

  fill(): void {
    this.#isFull = true;
  }

  free(): void {
    this.#isFull = false;
  }

  slow(factor: number, added: Duration): void {
    this.#factor = factor;
    this.#added = added;
  }

  restore(): void {
    this.slow(1, none);
  }

  wipe(prefix: string): void {
    for (const path of this.list(prefix)) this.remove(path);
  }
}

/** What lies in a folder where these are all the paths there are. */
export function namesIn(folder: string, paths: Iterable<string>): readonly string[] {
  const names = new Set<string>();
  for (const path of paths) {
    if (!path.startsWith(folder) || path === folder) continue;
    const slash = path.indexOf("/", folder.length);
    names.add(path.slice(folder.length, slash === -1 ? undefined : slash + 1));
  }
  return [...names].sort();
}
