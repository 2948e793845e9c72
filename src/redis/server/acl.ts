/**
 * Users and what they may do (`acl.c`), as far as set-ups with Sentinel use it: on and off, passwords
 * kept as SHA-256, commands and categories, subcommands, keys and channels by pattern.
 *
 * A user who may do everything carries that as one flag, so that the common case costs one look.
 */
import { sha256 } from "../config/sha256.js";
import { categoriesOf, isCategory } from "./categories.js";
import type { Client } from "./client.js";
import type { Command } from "./command.js";
import { channelsOf, keysOf } from "./command-arguments.js";
import type { ServerProcess } from "./process.js";
import { User } from "./user.js";

export class Acl {
  readonly defaultUser: User;
  /** Clients must authenticate before anything else. */
  authRequired = false;
  readonly #process: ServerProcess;
  readonly #users = new Map<string, User>();
  /** The default user was given rules of its own, beyond requirepass. */
  #isDefaultChanged = false;

  constructor(process: ServerProcess) {
    this.#process = process;
    this.defaultUser = this.create("default");
    for (const rule of ["on", "nopass", "allkeys", "allchannels", "allcommands"]) {
      this.defaultUser.apply(rule, this.categories);
    }
    const { requirepass, users } = process.settings;
    if (requirepass !== "") this.setDefaultPassword(requirepass);
    for (const line of users) {
      const [name, ...rules] = line.split(/\s+/);
      if (name === undefined || name === "") continue;
      const user = this.create(name);
      user.apply("reset", this.categories);
      for (const rule of rules) user.apply(rule, this.categories);
    }
    this.changed();
  }

  readonly categories = (category: string): readonly string[] | undefined =>
    commandsInCategory(this.#process, category);

  /** Sorted by name, as the radix tree of users is. */
  get users(): readonly User[] {
    return [...this.#users.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  user(name: string): User | undefined {
    return this.#users.get(name);
  }

  /** The user of that name, made if there is none. */
  create(name: string): User {
    const known = this.#users.get(name);
    if (known !== undefined) return known;
    const user = new User(name, this.#process.behaviour);
    this.#users.set(name, user);
    return user;
  }

  /** A user of that name to try rules on, with those it has. */
  copyOf(name: string): User {
    const copy = new User(name, this.#process.behaviour);
    const known = this.#users.get(name);
    if (known === undefined) return copy;
    copy.apply("reset", this.categories);
    for (const rule of known.description.split(" ")) copy.apply(rule, this.categories);
    return copy;
  }

  /** `ACLFreeUserAndKillClients()`: its clients go, but for the one whose command this is. */
  remove(name: string, current: Client): boolean {
    const user = this.#users.get(name);
    if (user === undefined || user === this.defaultUser) return false;
    this.#users.delete(name);
    for (const client of this.#process.clients) {
      if (client.account !== user) continue;
      client.account = this.defaultUser;
      client.user = "default";
      client.authenticated = false;
      if (client !== current) this.#process.freeClientAsync(client);
    }
    return true;
  }

  /** After ACL SETUSER or DELUSER: CONFIG REWRITE writes users as they are now. */
  store(): void {
    const { settings } = this.#process;
    settings.users = this.users
      .filter((user) => user !== this.defaultUser || this.#isDefaultChanged)
      .map((user) => `${user.name} ${user.description}`);
  }

  /** After the rules of a user changed. */
  changed(user?: User): void {
    if (user === this.defaultUser) this.#isDefaultChanged = true;
    this.authRequired = !this.defaultUser.nopass || !this.defaultUser.enabled;
  }

  /** requirepass (`ACLUpdateDefaultUserPassword()`). */
  setDefaultPassword(password: string): void {
    this.defaultUser.apply("resetpass", this.categories);
    this.defaultUser.apply(password === "" ? "nopass" : `>${password}`, this.categories);
    this.changed();
  }

  /** `ACLAuthenticateUser()`: false when name, password or state of the user does not allow it. */
  authenticate(client: Client, name: string, password: string): boolean {
    const user = this.#users.get(name);
    if (user === undefined || !user.enabled) return false;
    if (!user.nopass && !user.passwords.includes(sha256(password))) return false;
    client.account = user;
    client.user = name;
    client.authenticated = true;
    return true;
  }

  /** `ACLCheckAllPerm()`: why this client may not do this, or undefined. */
  denial(client: Client, command: Command, args: readonly string[]): string | undefined {
    const from70 = this.#process.behaviour.from70;
    switch (this.#check(client, command, args)) {
      case "command":
        return from70
          ? `NOPERM this user has no permissions to run the '${fullName(client, command, args)}' command`
          : `NOPERM this user has no permissions to run the '${command.name}' command or its subcommand`;
      case "key":
        return "NOPERM this user has no permissions to access one of the keys used as arguments";
      case "channel":
        return "NOPERM this user has no permissions to access one of the channels used as arguments";
      default:
        return undefined;
    }
  }

  /** The same at EXEC, where rules may have changed since the command was queued. */
  denialInTransaction(
    client: Client,
    command: Command,
    args: readonly string[],
  ): string | undefined {
    if (client.account === undefined || client.account.unrestricted) return undefined;
    const reasons = {
      command: "no permission to execute the command or subcommand",
      key: "no permission to touch the specified keys",
      channel: "no permission to access one of the channels used as arguments",
    };
    const denied = this.#check(client, command, args);
    if (denied === undefined) return undefined;
    return `NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. This command is no longer allowed for the following reason: ${reasons[denied]}`;
  }

  #check(
    client: Client,
    command: Command,
    args: readonly string[],
  ): "command" | "key" | "channel" | undefined {
    const user = client.account;
    if (user === undefined) return undefined;
    // A client may always authenticate anew.
    if (command.name !== "auth" && command.name !== "hello" && command.name !== "quit") {
      if (!user.mayRun(command.name, args[1])) return "command";
    }
    if (!user.allKeys) {
      for (const key of keysOf(command, args)) if (!user.mayTouch(key)) return "key";
    }
    if (!user.allChannels) {
      for (const channel of channelsOf(command, args)) {
        if (!user.mayHear(channel, command.name === "psubscribe")) return "channel";
      }
    }
    return undefined;
  }
}

/** From 7.0 on a subcommand is named with its container. */
function fullName(client: Client, command: Command, args: readonly string[]): string {
  const subcommand = args[1]?.toLowerCase();
  const refined = subcommand !== undefined && client.account?.namesSubcommandsOf(command.name);
  return refined === true ? `${command.name}|${subcommand}` : command.name;
}

function commandsInCategory(
  process: ServerProcess,
  category: string,
): readonly string[] | undefined {
  if (!isCategory(category)) return undefined;
  const names: string[] = [];
  for (const [name, entry] of process.commandTable) {
    if (categoriesOf(entry.command, entry.flags).includes(category)) names.push(name);
  }
  return names;
}
