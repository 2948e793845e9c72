/** One ACL user: its rules, applied one after the other (`ACLSetUser()`), and what they allow. */
import { sha256 } from "../config/sha256.js";
import type { Behaviour } from "../version.js";
import { globMatches } from "../wire/glob.js";

/** What rules may name. */
export interface KnownCommands {
  /** The commands of a category by name, or undefined: no such category. */
  inCategory(category: string): readonly string[] | undefined;
  /** Is there such a command, with such a subcommand? */
  has(command: string, subcommand?: string): boolean;
  /** Are its subcommands known, so that no other first argument can be named? */
  isContainer(command: string): boolean;
}

const digest = /^[0-9a-f]{64}$/;
/** `ACLSetUserStringError()`: ENOENT, ECHILD, EBADMSG. */
const unknown = "Unknown command or category name in ACL";
const firstArgument = "Allowing first-arg of a subcommand is not supported";
const badDigest =
  "The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters";

export class User {
  readonly name: string;
  enabled = false;
  nopass = false;
  /** SHA-256 digests, in the order in which they were added. */
  passwords: readonly string[] = [];
  allKeys = false;
  allChannels: boolean;
  /** May do everything: nothing needs to be looked up. */
  unrestricted = false;
  /** RESTORE is not modelled; what is said of it is kept, as ACL LIST shows it. */
  #sanitize: "" | "sanitize-payload" | "skip-sanitize-payload";

  readonly #behaviour: Behaviour;
  readonly #hearsAll: boolean;
  #keys: readonly string[] = [];
  #channels: readonly string[] = [];
  /** +@all or -@all, and what was said since then, as it was said. */
  #allCommands = false;
  #commandRules: readonly string[] = [];
  /** Commands, and subcommands as `command|subcommand`, that differ from that. */
  readonly #exceptions = new Map<string, boolean>();
  /** Commands with a rule for a subcommand. */
  readonly #refined = new Set<string>();

  /** `hearsAll` is acl-pubsub-default: all channels in 6.2, none from 7.0 on (`ACLCreateUser()`). */
  constructor(name: string, behaviour: Behaviour, hearsAll: boolean) {
    this.name = name;
    this.#behaviour = behaviour;
    this.#hearsAll = hearsAll;
    this.allChannels = hearsAll;
    this.#sanitize = behaviour.from72 ? "sanitize-payload" : "";
  }

  mayRun(command: string, subcommand: string | undefined): boolean {
    if (this.#refined.has(command) && subcommand !== undefined) {
      const refined = this.#exceptions.get(`${command}|${subcommand.toLowerCase()}`);
      if (refined !== undefined) return refined;
    }
    return this.#exceptions.get(command) ?? this.#allCommands;
  }

  mayTouch(key: string): boolean {
    return this.allKeys || this.#keys.some((pattern) => globMatches(pattern, key));
  }

  /** A pattern to subscribe to must be allowed to the letter. */
  mayHear(channel: string, isPattern: boolean): boolean {
    if (this.allChannels) return true;
    return this.#channels.some((pattern) =>
      isPattern ? pattern === channel : globMatches(pattern, channel),
    );
  }

  /** One rule; why it cannot be, or undefined. */
  apply(rule: string, known: KnownCommands): string | undefined {
    const problem = this.#apply(rule, known);
    this.unrestricted =
      this.allKeys && this.allChannels && this.#allCommands && this.#exceptions.size === 0;
    return problem;
  }

  #apply(rule: string, known: KnownCommands): string | undefined {
    switch (rule.toLowerCase()) {
      case "on":
        this.enabled = true;
        return undefined;
      case "off":
        this.enabled = false;
        return undefined;
      case "nopass":
        this.nopass = true;
        this.passwords = [];
        return undefined;
      case "resetpass":
        this.nopass = false;
        this.passwords = [];
        return undefined;
      case "allkeys":
      case "~*":
        this.allKeys = true;
        this.#keys = [];
        return undefined;
      case "resetkeys":
        this.allKeys = false;
        this.#keys = [];
        return undefined;
      case "allchannels":
      case "&*":
        this.allChannels = true;
        this.#channels = [];
        return undefined;
      case "resetchannels":
        this.allChannels = false;
        this.#channels = [];
        return undefined;
      case "allcommands":
      case "+@all":
        this.#resetCommands(true);
        return undefined;
      case "nocommands":
      case "-@all":
        this.#resetCommands(false);
        return undefined;
      case "sanitize-payload":
        this.#sanitize = "sanitize-payload";
        return undefined;
      case "skip-sanitize-payload":
        this.#sanitize = "skip-sanitize-payload";
        return undefined;
      case "reset":
        for (const each of ["resetpass", "resetkeys", "off", "sanitize-payload", "-@all"])
          this.#apply(each, known);
        this.#channels = [];
        // 6.2's reset takes the channels away whatever acl-pubsub-default says.
        this.allChannels = this.#hearsAll && this.#behaviour.from70;
        return undefined;
      default:
        return this.#applyOperator(rule, known);
    }
  }

  #applyOperator(rule: string, known: KnownCommands): string | undefined {
    const value = rule.slice(1);
    switch (rule[0]) {
      // An empty rule is none.
      case undefined:
        return undefined;
      case ">":
        this.#addPassword(sha256(value));
        return undefined;
      case "#":
        if (!digest.test(value)) return badDigest;
        this.#addPassword(value);
        return undefined;
      case "<":
      case "!": {
        const removed = rule[0] === "<" ? sha256(value) : value;
        if (!digest.test(removed)) return badDigest;
        if (!this.passwords.includes(removed)) {
          return "The password you are trying to remove from the user does not exist";
        }
        this.passwords = this.passwords.filter((password) => password !== removed);
        return undefined;
      }
      case "~":
        if (this.allKeys) {
          return "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have any effect. Try 'resetkeys' to start with an empty list of patterns";
        }
        if (!this.#keys.includes(value)) this.#keys = [...this.#keys, value];
        return undefined;
      case "&":
        if (this.allChannels) {
          return "Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and does not have any effect. Try 'resetchannels' to start with an empty list of channels";
        }
        if (!this.#channels.includes(value)) this.#channels = [...this.#channels, value];
        return undefined;
      case "+":
      case "-":
        return this.#applyCommand(rule[0] === "+", value.toLowerCase(), known);
      default:
        return "Syntax error";
    }
  }

  #addPassword(password: string): void {
    if (!this.passwords.includes(password)) this.passwords = [...this.passwords, password];
    this.nopass = false;
  }

  #resetCommands(allowed: boolean): void {
    this.#allCommands = allowed;
    this.#commandRules = [];
    this.#exceptions.clear();
    this.#refined.clear();
  }

  #applyCommand(allowed: boolean, what: string, known: KnownCommands): string | undefined {
    if (what.startsWith("@")) {
      const commands = known.inCategory(what.slice(1));
      if (commands === undefined) return unknown;
      for (const command of commands) this.#setCommand(command, allowed);
    } else if (what.includes("|")) {
      const bar = this.#behaviour.from70 ? what.lastIndexOf("|") : what.indexOf("|");
      const [command, subcommand] = [what.slice(0, bar), what.slice(bar + 1)];
      const problem = this.#subcommandProblem(allowed, command, subcommand, known);
      if (problem !== undefined) return problem;
      // 6.2 adds one only where the command is not allowed as a whole.
      if (!this.#behaviour.from70 && this.mayRun(command, undefined)) return undefined;
      this.#exceptions.set(`${command}|${subcommand}`, allowed);
      this.#refined.add(command);
    } else {
      if (!known.has(what)) return unknown;
      this.#setCommand(what, allowed);
    }
    const sign = allowed ? "+" : "-";
    const opposite = allowed ? "-" : "+";
    const kept = this.#commandRules.filter(
      (rule) => rule !== `${sign}${what}` && rule !== `${opposite}${what}`,
    );
    this.#commandRules = [...kept, `${sign}${what}`];
    return undefined;
  }

  /** 6.2 can only add one, and takes any for one; from 7.0 on a container's own are told from first arguments. */
  #subcommandProblem(
    allowed: boolean,
    command: string,
    subcommand: string,
    known: KnownCommands,
  ): string | undefined {
    const { from70 } = this.#behaviour;
    if (!allowed && !(from70 && known.isContainer(command))) return unknown;
    if (from70 && command.includes("|")) {
      const [container = "", name] = command.split("|");
      return known.isContainer(container) && known.has(container, name) ? firstArgument : unknown;
    }
    if (!known.has(command)) return unknown;
    if (subcommand === "") return "Syntax error";
    return from70 && !known.has(command, subcommand) ? unknown : undefined;
  }

  #setCommand(command: string, allowed: boolean): void {
    const container = command.split("|", 1)[0] as string;
    if (container !== command) {
      this.#refined.add(container);
      const usual = this.#exceptions.get(container) ?? this.#allCommands;
      if (allowed === usual) this.#exceptions.delete(command);
      else this.#exceptions.set(command, allowed);
      return;
    }
    if (this.#refined.delete(command)) {
      for (const name of [...this.#exceptions.keys()]) {
        if (name.startsWith(`${command}|`)) this.#exceptions.delete(name);
      }
    }
    if (allowed === this.#allCommands) this.#exceptions.delete(command);
    else this.#exceptions.set(command, allowed);
  }

  get flags(): readonly string[] {
    const flags = [this.enabled ? "on" : "off"];
    if (!this.#behaviour.from70) {
      if (this.allKeys) flags.push("allkeys");
      if (this.allChannels) flags.push("allchannels");
      if (this.#allCommands && this.#exceptions.size === 0) flags.push("allcommands");
    }
    if (this.nopass) flags.push("nopass");
    if (this.#sanitize !== "") flags.push(this.#sanitize);
    return flags;
  }

  get commandRules(): string {
    return [this.#allCommands ? "+@all" : "-@all", ...this.#commandRules].join(" ");
  }

  get keyPatterns(): readonly string[] {
    return this.allKeys ? ["*"] : this.#keys;
  }

  get channelPatterns(): readonly string[] {
    return this.allChannels ? ["*"] : this.#channels;
  }

  /** As ACL LIST and redis.conf write it (`ACLDescribeUser()`), behind `user <name> `. */
  get description(): string {
    const parts = [this.enabled ? "on" : "off"];
    if (this.nopass) parts.push("nopass");
    if (this.#sanitize !== "") parts.push(this.#sanitize);
    for (const password of this.passwords) parts.push(`#${password}`);
    for (const pattern of this.keyPatterns) parts.push(`~${pattern}`);
    if (this.allChannels) parts.push("&*");
    else {
      if (this.#behaviour.from70) parts.push("resetchannels");
      for (const pattern of this.#channels) parts.push(`&${pattern}`);
    }
    parts.push(this.commandRules);
    return parts.join(" ");
  }
}
