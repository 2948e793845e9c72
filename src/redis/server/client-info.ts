/** A client as CLIENT LIST, CLIENT INFO and the log show it (`catClientInfoString()`). */
import type { Address } from "../../kernel/actor.js";
import type { Client } from "./client.js";
import type { ServerProcess } from "./process.js";

/** One line, without its end. */
export function describeClient(process: ServerProcess, client: Client): string {
  const { behaviour, unixtime } = process;
  const age = unixtime - Math.floor(client.createdAt / 1_000);
  const queryBuffer = client.parser?.buffered ?? 0;
  const waiting = client.disconnected ? 0 : process.context.unsent(client.connection);
  const output = client.outputBytes + waiting;
  const inBuffer = Math.min(output, 16_384);
  const inBlocks = output - inBuffer;
  const blocks = Math.ceil(inBlocks / 16_384);
  const multi = client.transaction?.queue.length ?? -1;
  // Buffers that Redis allocates and this program does not are shown as they are when idle.
  const fields = [
    `id=${client.id}`,
    `addr=${endpoint(client.peer)}`,
    `laddr=${endpoint(client.local)}`,
    `fd=${client.connection + 8}`,
    `name=${client.name}`,
    `age=${age}`,
    `idle=${unixtime - client.lastInteraction}`,
    `flags=${flags(process, client)}`,
    `db=${client.db}`,
    `sub=${client.channels.size}`,
    `psub=${client.patterns.size}`,
  ];
  if (behaviour.from70) fields.push("ssub=0");
  fields.push(`multi=${multi}`, `qbuf=${queryBuffer}`, "qbuf-free=0", "argv-mem=0");
  if (behaviour.from70) fields.push("multi-mem=0", "rbs=16384", `rbp=${inBuffer}`);
  fields.push(
    `obl=${inBuffer}`,
    `oll=${blocks}`,
    `omem=${inBlocks}`,
    `tot-mem=${16_384 + queryBuffer + inBlocks}`,
    client.disconnected ? "events=" : `events=r${waiting > 0 ? "w" : ""}`,
    `cmd=${lastCommand(process, client)}`,
    `user=${client.user}`,
    "redir=-1",
  );
  if (behaviour.from70) fields.push(`resp=${client.protocol}`);
  if (behaviour.from72) {
    fields.push(`lib-name=${client.libraryName}`, `lib-ver=${client.libraryVersion}`);
  }
  return fields.join(" ");
}

function lastCommand(process: ServerProcess, client: Client): string {
  const { lastCommand: name, lastSubcommand: subcommand } = client;
  if (name === "") return "NULL";
  if (subcommand === undefined || !process.behaviour.from70) return name;
  return `${name}|${subcommand.toLowerCase()}`;
}

export function endpoint(address: Address): string {
  return address.ip.includes(":")
    ? `[${address.ip}]:${address.port}`
    : `${address.ip}:${address.port}`;
}

function flags(process: ServerProcess, client: Client): string {
  let letters = "";
  if (client.replica !== undefined) letters += "S";
  if (client.master !== undefined) letters += "M";
  if (client.subscriptions > 0) letters += "P";
  if (client.transaction !== undefined) letters += "x";
  if (client.blocked !== undefined) letters += "b";
  if (client.touched) letters += "d";
  if (client.closeAfterReply) letters += "c";
  if (client.closeAsap) letters += "A";
  if (client.noEvict && process.behaviour.from70) letters += "e";
  if (client.noTouch && process.behaviour.from72) letters += "T";
  return letters === "" ? "N" : letters;
}
