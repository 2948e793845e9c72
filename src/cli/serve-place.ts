/**
 * Where `redsim serve` puts its nodes, and whom these reach: the options that say so, each checked before
 * a port is opened, and what is to be said where one cannot be.
 */
import { isIPv4 } from "node:net";
import { networkMax } from "../gateway/gateway.js";
import type { Scenario } from "../scenario/scenario.js";
import type { Place } from "../scenario/served.js";
import { UserError } from "./user-error.js";

export interface PlaceArguments {
  readonly network: number | undefined;
  readonly announce: string | undefined;
  readonly "port-base": number | undefined;
  readonly host: string | undefined;
}

export const loopback = "127.0.0.1";
const everywhere = "0.0.0.0";
const portMax = 65_535;

/** For whom ports are open that are opened here. */
export function reachOf(host: string | undefined): string {
  if (host === undefined || isLoopback(host)) return "on loopback only";
  return `for everybody who can reach ${host === everywhere ? "this machine" : host}`;
}

function isLoopback(ip: string): boolean {
  return ip.startsWith("127.");
}

/** What was asked for; undefined leaves it to us. */
export function placeOf(args: PlaceArguments): Place | undefined {
  const { network, host, "port-base": portBase } = args;
  if (network !== undefined) {
    if (Number.isInteger(network) && network >= 1 && network <= networkMax) return { network };
    throw UserError.of("--network", `${network} is no network`, `a number from 1 to ${networkMax}`);
  }
  if (host !== undefined && !isIPv4(host))
    throw UserError.of("--host", `${host} is no IPv4 address`, "such as 0.0.0.0");
  if (args.announce === undefined && portBase === undefined && host === undefined) return undefined;
  if (args.announce === undefined && host === everywhere)
    throw UserError.of(
      "--host",
      `nodes cannot tell clients that they are at ${host}`,
      "say where those find this machine: --announce 192.168.1.5",
    );
  // Without a value the option is an empty text.
  const announce = args.announce === "" ? loopback : (args.announce ?? host ?? loopback);
  if (!isIPv4(announce) || announce === everywhere)
    throw UserError.of("--announce", `${announce} is no address of a machine`, "such as 127.0.0.1");
  if (host === undefined && !isLoopback(announce))
    throw UserError.of(
      "--announce",
      `nobody listens at ${announce}, for ports are opened on loopback only`,
      `unless told otherwise: --host ${everywhere}`,
    );
  if (portBase !== undefined && !(Number.isInteger(portBase) && portBase >= 1))
    throw UserError.of("--port-base", `${portBase} is no port`, "such as 7000");
  return portBase === undefined ? { announce } : { announce, portBase };
}

export function outsideOf(addresses: readonly string[]): readonly string[] {
  for (const address of addresses)
    if (!isIPv4(address) || address === everywhere)
      throw UserError.of("--outside", `${address} is no address of a machine`, "such as 10.0.0.5");
  return addresses;
}

export function checkPorts({ nodes }: Pick<Scenario, "nodes">): void {
  const last = Math.max(...nodes.map(({ port }) => port));
  if (last <= portMax) return;
  throw UserError.of(
    "--port-base",
    `the last of ${nodes.length} nodes would have port ${last}`,
    `at most ${portMax + 1 - nodes.length}`,
  );
}

/** Throws what a user can do something about, where it is that. */
export function cannotListen(error: unknown): never {
  const { code, address, port } = error as {
    readonly code?: string;
    readonly address?: string;
    readonly port?: number;
  };
  const where = `${address}:${port}`;
  if (code === "EADDRINUSE")
    throw UserError.of(
      where,
      "somebody listens there already",
      address?.startsWith("127.0.0.") === true
        ? "try other ports: --port-base 7000"
        : "try another --network, or --port-base with --announce",
    );
  if (code === "EADDRNOTAVAIL")
    throw UserError.of(
      where,
      "this machine does not have that address",
      address !== undefined && isLoopback(address)
        ? `on macOS: sudo ifconfig lo0 alias ${address}, or --announce`
        : `--host ${everywhere} listens on all that it has`,
    );
  if (code === "EACCES") throw UserError.of(where, "permission denied");
  throw error;
}

export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 0 && port <= portMax;
}
