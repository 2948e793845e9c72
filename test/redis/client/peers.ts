/** Scripted servers and Sentinels for the clients under test. */
import {
  array,
  bulk,
  error,
  integer,
  nullArray,
  nullBulk,
  ok,
  pong,
  type Value,
} from "../../../src/redis/wire/value.js";
import type { Answer } from "./alone.js";

export interface Server {
  role: "master" | "slave";
  password?: string;
  data: Map<string, string>;
  /** Every command it got, in order. */
  heard: string[];
}

export function server(role: Server["role"], password?: string): Server {
  return { role, data: new Map(), heard: [], ...(password === undefined ? {} : { password }) };
}

/** A redis-server with SET, GET, AUTH, INFO and what clients send when they connect. */
export function serverAnswer(server: Server): Answer {
  const authenticated = new Set<number>();
  return (args, connection) => {
    server.heard.push(args.join(" "));
    const [command = "", key = "", value = ""] = args;
    if (command.toUpperCase() === "AUTH") {
      if (args.at(-1) !== server.password) {
        return error("WRONGPASS invalid username-password pair or user is disabled.");
      }
      authenticated.add(connection);
      return ok;
    }
    if (server.password !== undefined && !authenticated.has(connection)) {
      return error("NOAUTH Authentication required.");
    }
    switch (command.toUpperCase()) {
      case "SET":
        if (server.role === "slave") {
          return error("READONLY You can't write against a read only replica.");
        }
        server.data.set(key, value);
        return ok;
      case "GET": {
        const found = server.data.get(key);
        return found === undefined ? nullBulk(2) : bulk(found);
      }
      case "INFO":
        return bulk(`# Server\r\nredis_version:7.0.15\r\nrole:${server.role}\r\nloading:0\r\n`);
      case "PING":
        return pong;
      case "DBSIZE":
        return integer(server.data.size);
      default:
        return ok;
    }
  };
}

export interface Known {
  master: { ip: string; port: number; flags: string };
  slaves: { ip: string; port: number; flags: string }[];
  sentinels: { ip: string; port: number; flags: string }[];
  heard: string[];
}

export function known(master: string): Known {
  return {
    master: { ip: master, port: 6379, flags: "master" },
    slaves: [],
    sentinels: [],
    heard: [],
  };
}

/** A Sentinel that knows this of `mymaster`. */
export function sentinelAnswer(knows: Known): Answer {
  return (args) => {
    knows.heard.push(args.join(" "));
    const isOurs = args[2] === undefined || args[2] === "mymaster";
    switch (args.slice(0, 2).join(" ").toLowerCase()) {
      case "sentinel masters":
        return array([
          fields({
            name: "mymaster",
            ip: knows.master.ip,
            port: `${knows.master.port}`,
            flags: knows.master.flags,
            "num-other-sentinels": "2",
          }),
        ]);
      case "sentinel slaves":
        return isOurs ? array(knows.slaves.map(state)) : error("ERR No such master with that name");
      case "sentinel sentinels":
        return array(knows.sentinels.map(state));
      case "sentinel get-master-addr-by-name":
        return isOurs ? array([bulk(knows.master.ip), bulk(`${knows.master.port}`)]) : nullArray(2);
      case "subscribe +switch-master":
        return array([bulk("subscribe"), bulk("+switch-master"), integer(1)]);
      default:
        return ok;
    }
  };
}

function state(instance: { ip: string; port: number; flags: string }): Value {
  return fields({
    name: `${instance.ip}:${instance.port}`,
    ip: instance.ip,
    port: `${instance.port}`,
    flags: instance.flags,
  });
}

function fields(values: Readonly<Record<string, string>>): Value {
  return array(Object.entries(values).flatMap(([name, value]) => [bulk(name), bulk(value)]));
}
