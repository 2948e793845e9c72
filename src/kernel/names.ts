/** What getaddrinfo answers: names as they were set up, until a fault makes them others or nobody's. */
export class Names {
  readonly #set = new Map<string, string>([["localhost", "127.0.0.1"]]);
  readonly #current = new Map<string, string | undefined>();

  set(name: string, ip: string): void {
    this.#set.set(name, ip);
  }

  lookUp(name: string): string | undefined {
    return this.#current.has(name) ? this.#current.get(name) : this.#set.get(name);
  }

  unresolve(name: string): void {
    this.#current.set(name, undefined);
  }

  /** To another address, or again to the one that was set up. */
  resolve(name: string, ip: string | undefined): void {
    if (ip === undefined) this.#current.delete(name);
    else this.#current.set(name, ip);
  }
}
