/**
 * Users and what they may do (`acl.c`), as far as set-ups with Sentinel use it: on and off, passwords
 * kept as SHA-256, commands and categories, subcommands, keys and channels by pattern.
 *
 * A user who may do everything carries that as one flag, so that the common case costs one look.
 */
import { sha256 } from "../config/sha256.js";
import { categoriesOf, isCategory, subcommandCategories } from "./categories.js";
import type { Client } from "./client.js";
import { type Command, isOf } from "./command.js";
import { channelsOf, keysOf } from "./command-arguments.js";
import type { ServerProcess } from "./process.js";
import { hasSubcommands, subcommandsOf } from "./subcommands.js";
import { isUnmodelled } from "./unmodelled.js";
import { type KnownCommands, User } from "./user.js";

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
      this.defaultUser.apply(rule, this.known);
    }
    const { requirepass, users } = process.settings;
    if (requirepass !== "") this.setDefaultPassword(requirepass);
    for (const line of users) {
      const [name, ...rules] = line.split(/\s+/);
      if (name === undefined || name === "") continue;
      const user = this.create(name);
      // ACLLoadConfiguredUsers(): only the default user is there already, and is reset.
      if (user === this.defaultUser) user.apply("reset", this.known);
      for (const rule of rules) user.apply(rule, this.known);
    }
    this.changed();
  }

  readonly known: KnownCommands = {
    inCategory: (category) => commandsInCategory(this.#process, category),
    has: (command, subcommand) => isCommand(this.#process, command, subcommand),
    isContainer: (command) => hasSubcommands(command) || this.#isUnmodelled(command),
  };

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
    const user = this.#newUser(name);
    this.#users.set(name, user);
    return user;
  }

  #isUnmodelled(command: string): boolean {
    return isUnmodelled(command, this.#process.behaviour);
  }

  #newUser(name: string): User {
    const { behaviour, settings } = this.#process;
    const channels = settings.others.get("acl-pubsub-default");
    const hearsAll = channels === undefined ? !behaviour.from70 : channels === "allchannels";
    return new User(name, behaviour, hearsAll);
  }

  /** A user of that name to try rules on, with those it has. */
  copyOf(name: string): User {
    const copy = this.#newUser(name);
    const known = this.#users.get(name);
    if (known === undefined) return copy;
    copy.apply("reset", this.known);
    for (const rule of known.description.split(" ")) copy.apply(rule, this.known);
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
    this.defaultUser.apply("resetpass", this.known);
    this.defaultUser.apply(password === "" ? "nopass" : `>${password}`, this.known);
    this.changed();
  }

  /** `ACLAuthenticateUser()`: false when name, password or state of the user does not allow it. */
  authenticate(client: Client, name: string, password: string): boolean {
    const user = this.#users.get(name);
    const isRight =
      user?.enabled === true && (user.nopass || user.passwords.includes(sha256(password)));
    if (!isRight) {
      this.#process.statistics.denied.auth++;
      return false;
    }
    client.account = user;
    client.user = name;
    client.authenticated = true;
    return true;
  }

  /** `ACLCheckAllPerm()`, and from 7.2 on `getAclErrorMessage()`: why this client may not do this, or undefined. */
  denial(client: Client, command: Command, args: readonly string[]): string | undefined {
    const denied = this.#check(client, command, args);
    if (denied === undefined) return undefined;
    this.#process.statistics.denied[denied]++;
    const { from70, from72 } = this.#process.behaviour;
    if (from72) {
      return denied === "command"
        ? `NOPERM User ${client.user} has no permissions to run the '${fullName(command, args)}' command`
        : `NOPERM No permissions to access a ${denied}`;
    }
    if (denied === "command") {
      return from70
        ? `NOPERM this user has no permissions to run the '${fullName(command, args)}' command`
        : `NOPERM this user has no permissions to run the '${command.name}' command or its subcommand`;
    }
    return `NOPERM this user has no permissions to access one of the ${denied}s used as arguments`;
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
function fullName(command: Command, args: readonly string[]): string {
  const subcommand = args[1]?.toLowerCase();
  if (subcommand === undefined || !hasSubcommands(command.name)) return command.name;
  return `${command.name}|${subcommand}`;
}

/** Of what is not modelled, any subcommand. Names are those before rename-command (`ACLLookupCommand()`). */
function isCommand(process: ServerProcess, name: string, subcommand?: string): boolean {
  const { behaviour, mode } = process;
  const command = mode.commands.get(name);
  if (command === undefined || !isOf(behaviour, command))
    return mode.name === "redis" && isUnmodelled(name, behaviour);
  if (subcommand === undefined || !hasSubcommands(name)) return true;
  return subcommandsOf(name, behaviour, mode.name).some(
    (each) => each.fullName === `${name}|${subcommand}`,
  );
}

function commandsInCategory(
  process: ServerProcess,
  category: string,
): readonly string[] | undefined {
  if (!isCategory(category)) return undefined;
  const { behaviour } = process;
  const names: string[] = [];
  for (const [name, entry] of process.commandTable) {
    if (categoriesOf(entry.command, entry.flags, behaviour).includes(category)) names.push(name);
    if (!behaviour.from70) continue;
    for (const each of subcommandsOf(entry.command.name, behaviour, process.mode.name))
      if (subcommandCategories(each).includes(category)) names.push(each.fullName);
  }
  return names;
}
