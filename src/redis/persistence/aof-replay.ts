/**
 * Runs the commands of an AOF over the dataset, as a client that nobody hears (`createAOFClient()`).
 *
 * Nothing expires meanwhile and nothing is propagated. A transaction that the file ends in the middle
 * of did not happen.
 */
import type { ConnectionId } from "../../kernel/actor.js";
import { Ring } from "../../kernel/ring.js";
import { Client } from "../server/client.js";
import { Execution } from "../server/execution.js";
import type { ServerProcess } from "../server/process.js";
import { requestOf } from "../wire/value.js";
import type { AofCommand } from "./append-only-file.js";

export function replayCommands(process: ServerProcess, commands: readonly AofCommand[]): void {
  const nowhere = { ip: "0.0.0.0", port: 0 };
  const client = new Client({
    id: 0,
    connection: -1 as ConnectionId,
    peer: nowhere,
    local: nowhere,
    createdAt: process.mstime,
  });
  // Like the stream of a master: what has expired is still there until its DEL comes.
  client.master = {
    applied: 0,
    received: 0,
    replicationId: "",
    prePsync: true,
    pending: new Ring(),
    ready: 0,
    ahead: false,
  };
  let transaction: AofCommand[] | undefined;
  let execution: Execution | undefined;

  const run = ({ db, args }: AofCommand): void => {
    const entry = process.lookupCommand(args[0] as string);
    if (entry === undefined) return;
    execution ??= new Execution(process, client, entry.command);
    client.db = db;
    execution.run(client, requestOf(args), entry.command);
    process.effects.clear();
  };

  for (const command of commands) {
    const name = (command.args[0] as string).toLowerCase();
    if (name === "multi") {
      transaction = [];
    } else if (name === "exec") {
      for (const queued of transaction ?? []) run(queued);
      transaction = undefined;
    } else if (transaction !== undefined) {
      transaction.push(command);
    } else {
      run(command);
    }
  }
}
