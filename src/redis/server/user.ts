/** One ACL user: its rules, applied one after the other (`ACLSetUser()`), and what they allow. */
import { sha256 } from "../config/sha256.js";
import type { Behaviour } from "../version.js";
import { globMatches } from "../wire/glob.js";

/** The commands of a category by name, or undefined: no such category. */
export type Categories = (category: string) => readonly string[] | undefined;

const digest = /^[0-9a-f]{64}$/;

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

  readonly #behaviour: Behaviour;
  #keys: readonly string[] = [];
  #channels: readonly string[] = [];
  /** +@all or -@all, and what was said since then, as it was said. */
  #allCommands = false;
  #commandRules: readonly string[] = [];
  /** Commands, and subcommands as `command|subcommand`, that differ from that. */
  readonly #exceptions = new Map<string, boolean>();
  /** Commands with a rule for a subcommand. */
  readonly #refined = new Set<string>();

  constructor(name: string, behaviour: Behaviour) {
    this.name = name;
    this.#behaviour = behaviour;
    // acl-pubsub-default: all channels in 6.2, none from 7.0 on.
    this.allChannels = !behaviour.from70;
  }

  mayRun(command: string, subcommand: string | undefined): boolean {
    if (this.#refined.has(command) && subcommand !== undefined) {
      const refined = this.#exceptions.get(`${command}|${subcommand.toLowerCase()}`);
      if (refined !== undefined) return refined;
    }
    return this.#exceptions.get(command) ?? this.#allCommands;
  }

  namesSubcommandsOf(command: string): boolean {
    return this.#refined.has(command);
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
  apply(rule: string, categories: Categories): string | undefined {
    const problem = this.#apply(rule, categories);
    this.unrestricted =
      this.allKeys && this.allChannels && this.#allCommands && this.#exceptions.size === 0;
    return problem;
  }

  #apply(rule: string, categories: Categories): string | undefined {
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
      case "skip-sanitize-payload":
        return undefined;
      case "reset":
        for (const each of ["resetpass", "resetkeys", "off", "-@all"])
          this.#apply(each, categories);
        this.#channels = [];
        this.allChannels = !this.#behaviour.from70;
        return undefined;
      default:
        return this.#applyOperator(rule, categories);
    }
  }

  #applyOperator(rule: string, categories: Categories): string | undefined {
    const value = rule.slice(1);
    switch (rule[0]) {
      case ">":
        this.#addPassword(sha256(value));
        return undefined;
      case "#":
        if (!digest.test(value)) return "Syntax error";
        this.#addPassword(value);
        return undefined;
      case "<":
      case "!": {
        const removed = rule[0] === "<" ? sha256(value) : value;
        if (!digest.test(removed)) return "Syntax error";
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
        return this.#applyCommand(rule[0] === "+", value.toLowerCase(), categories);
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

  /** Any name is taken for a command: Redis has more of them than this program. */
  #applyCommand(allowed: boolean, what: string, categories: Categories): string | undefined {
    const unknown = "Unknown command or category name in ACL";
    if (what.startsWith("@")) {
      const commands = categories(what.slice(1));
      if (commands === undefined) return unknown;
      for (const command of commands) this.#setCommand(command, allowed);
    } else if (what.includes("|")) {
      const [command, subcommand] = what.split("|") as [string, string];
      if (subcommand === "") return "Syntax error";
      if (!allowed && !this.#behaviour.from70) {
        return "Unknown command or category name in ACL";
      }
      this.#exceptions.set(`${command}|${subcommand}`, allowed);
      this.#refined.add(command);
    } else {
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

  #setCommand(command: string, allowed: boolean): void {
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
    for (const password of this.passwords) parts.push(`#${password}`);
    for (const pattern of this.keyPatterns) parts.push(`~${pattern}`);
    if (this.allChannels) parts.push("&*");
    else {
      if (this.#behaviour.from70 || this.#channels.length === 0) parts.push("resetchannels");
      for (const pattern of this.#channels) parts.push(`&${pattern}`);
    }
    parts.push(this.commandRules);
    return parts.join(" ");
  }
}
