/**
 * One execution of a command: the `Call` that the command sees, and what it leaves behind.
 *
 * There are two for each process, reused for ever: one for what a client sends, one for the commands
 * inside its EXEC (`call()`).
 */
import { assert } from "../../kernel/assert.js";
import type { Database } from "../keyspace/database.js";
import type { Behaviour } from "../version.js";
import { type Request, requestOf, type Value } from "../wire/value.js";
import type { Client } from "./client.js";
import type { Call, Command } from "./command.js";
import type { ServerProcess } from "./process.js";

export class Execution implements Call {
  readonly process: ServerProcess;
  readonly behaviour: Behaviour;
  client: Client;
  args: readonly string[];
  command: Command;
  now = 0;
  fromMaster = false;

  #changes = 0;
  #forced = false;
  #replacement: readonly (readonly string[])[] | undefined;

  constructor(process: ServerProcess, client: Client, command: Command) {
    this.process = process;
    this.behaviour = process.behaviour;
    this.client = client;
    this.command = command;
    this.args = [];
  }

  get database(): Database {
    const database = this.process.mode.databases?.[this.client.db];
    assert(database !== undefined, "a command that reads the keyspace runs where there is one");
    return database;
  }

  /** Runs the command; what it is to be propagated as is then in the process's effects. */
  run(client: Client, request: Request, command: Command): Value | undefined {
    this.client = client;
    this.args = request.args;
    this.command = command;
    this.now = this.process.mstime;
    this.fromMaster = client.master !== undefined;
    this.#changes = 0;
    this.#forced = false;
    this.#replacement = undefined;

    const reply = command.run(this);

    const replacement = this.#replacement as readonly (readonly string[])[] | undefined;
    if (this.#changes > 0 || this.#forced || replacement !== undefined) {
      const effects = this.process.effects;
      effects.changes += this.#changes;
      if (replacement === undefined) effects.add(client.db, request, false);
      else for (const changed of replacement) effects.add(client.db, requestOf(changed), false);
    }
    return reply;
  }

  dirty(changes = 1): void {
    this.#changes += changes;
  }

  propagate(...commands: (readonly string[])[]): void {
    this.#replacement = commands;
  }

  expired(database: number, command: readonly string[]): void {
    this.process.effects.add(database, requestOf(command), true);
  }

  forcePropagation(): void {
    this.#forced = true;
  }
}
