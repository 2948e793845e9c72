/**
 * The border without sockets: what a run says to the outside, and what becomes of it when the test
 * answers in the place of real programs.
 */
import { describe, expect, test } from "vitest";
import type { OutsideInput } from "../../../src/kernel/outside.js";
import { type Duration, milliseconds, seconds } from "../../../src/kernel/time.js";
import type { OutsideOutput } from "../../../src/redis/client/outside.js";
import { encode } from "../../../src/redis/wire/encode.js";
import { bulk, ok, pong, request } from "../../../src/redis/wire/value.js";
import { Run } from "../../../src/run.js";
import { outsideHost, served } from "../../../src/scenario/served.js";
import { scenarioOf } from "../../scenario/world.js";

class Border {
  readonly run: Run;
  /** What was said on each connection since it was last asked for. */
  readonly said = new Map<number, string>();
  readonly dials: Extract<OutsideOutput, { says: "dial" }>[] = [];
  readonly ends: string[] = [];

  constructor(yaml: string, ...reaches: readonly string[]) {
    const read = scenarioOf(yaml);
    const scenario = served(read, { network: 77, bare: true, reaches });
    this.run = new Run({ scenario, outside: outsideHost(read) });
    this.pass(seconds(3));
  }

  pass(time: Duration): this {
    this.run.advance(time);
    for (const output of this.run.fetch()) {
      if (output.says === "dial") this.dials.push(output);
      if (output.says === "data") {
        const before = this.said.get(output.connection) ?? "";
        this.said.set(output.connection, before + output.bytes);
      }
      if (output.says === "closed") this.ends.push(`${output.connection} ${output.why}`);
    }
    return this;
  }

  take(...inputs: readonly OutsideInput[]): this {
    for (const input of inputs) this.run.take(input);
    return this.pass(milliseconds(20));
  }

  /** Connects to this node and says this; what came back. */
  ask(node: string, ...args: string[]): string {
    const connection = 1_000 + this.said.size;
    const bytes = encode(request(...args));
    this.take({ does: "connect", connection, node }, { does: "send", connection, bytes });
    const reply = this.said.get(connection) ?? "";
    this.take({ does: "abort", connection });
    return reply;
  }
}

const alone = "duration: 1h\nversion: 7.0\nnodes: { replicas: 0, sentinels: 0 }\n";
const watched = "duration: 1h\nversion: 7.0\nnodes: { replicas: 0, sentinels: 1 }\n";

describe("a node that connects to a real address", () => {
  test("dials from its own, and hears how that ended", () => {
    const border = new Border(alone);
    border.ask("r1", "REPLICAOF", "127.88.0.1", "7000");

    expect(border.dials).toEqual([
      {
        says: "dial",
        connection: -1,
        to: { ip: "127.88.0.1", port: 7000 },
        from: { ip: expect.stringMatching(/^127\.77\./), port: expect.any(Number) },
      },
    ]);
    border.take({ does: "answer", connection: -1, how: "refused" });
    border.pass(seconds(2));
    expect(border.dials.map(({ connection }) => connection)).toContain(-2);

    border.take({ does: "answer", connection: -2, how: "accepted" });
    border.pass(milliseconds(20));
    expect(border.said.get(-2)).toBe("*1\r\n$4\r\nPING\r\n");
  });

  test("has another number after the machine of the outside was off", () => {
    const border = new Border(alone);
    border.ask("r1", "REPLICAOF", "127.88.0.1", "7000");
    border.run.inject({ kind: "powerOff", host: "outside" });
    border.pass(seconds(1));
    border.run.inject({ kind: "powerOn", host: "outside", start: true });
    border.pass(seconds(70));

    const numbers = border.dials.map(({ connection }) => connection);
    expect(numbers.length).toBeGreaterThan(1);
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  // A server that closes reads no more either, so there is nothing to wait for.
  test("sees at once that the other side has closed", () => {
    const border = new Border(alone);
    border.ask("r1", "REPLICAOF", "127.88.0.1", "7000");
    border.take({ does: "answer", connection: -1, how: "accepted" });
    border.take({ does: "end", connection: -1 });

    expect(border.ends).toContain("-1 fin");
    expect(border.ask("r1", "INFO", "replication")).toContain("master_link_status:down");
  });

  test("finds itself at 127.0.0.1 on a port of the scenario's, and what is real on any other", () => {
    const border = new Border(alone);
    border.ask("r1", "REPLICAOF", "127.0.0.1", "6379");
    expect(border.dials).toEqual([]);

    border.ask("r1", "REPLICAOF", "127.0.0.1", "7001");
    expect(border.dials.map(({ to }) => to)).toEqual([{ ip: "127.0.0.1", port: 7001 }]);
  });

  test("reaches no other machine unless it was told to", () => {
    const border = new Border(alone);
    border.ask("r1", "REPLICAOF", "10.1.2.3", "6379");
    border.pass(seconds(1));
    expect(border.dials).toEqual([]);

    const told = new Border(alone, "10.1.2.3");
    told.ask("r1", "REPLICAOF", "10.1.2.3", "6379");
    expect(told.dials.map(({ to }) => to.ip)).toEqual(["10.1.2.3"]);
  });
});

describe("a simulated Sentinel on a link to a real server", () => {
  /** A Sentinel that watches a real master, with both its connections made. */
  function linked(): { border: Border; command: number } {
    const border = new Border(watched);
    border.ask("s1", "SENTINEL", "MONITOR", "real", "127.88.0.1", "7000", "1");
    border.pass(seconds(2));
    const links = border.dials.map(({ connection }) => connection);
    for (const connection of links) border.take({ does: "answer", connection, how: "accepted" });
    border.pass(milliseconds(50));
    // The other is for pub/sub.
    const command = links.find((each) => border.said.get(each)?.includes("PING")) ?? 0;
    return { border, command };
  }

  const info = bulk(
    "# Server\r\nredis_version:7.0.15\r\nrun_id:" +
      `${"c".repeat(40)}\r\n\r\n# Replication\r\nrole:master\r\nconnected_slaves:1\r\n` +
      "slave0:ip=127.88.0.2,port=7002,state=online,offset=14,lag=0\r\n",
  );

  // redisReader of hiredis.
  test.each([1, 3, 1_000])("reads replies that come %i bytes at a time", (pieces) => {
    const { border, command } = linked();
    // CLIENT SETNAME, PING, INFO.
    const replies = [ok, pong, info].map(encode).join("");
    for (let at = 0; at < replies.length; at += pieces) {
      const bytes = replies.slice(at, at + pieces);
      border.run.take({ does: "send", connection: command, bytes });
    }
    border.pass(milliseconds(50));

    expect(border.ask("s1", "SENTINEL", "REPLICAS", "real")).toContain("127.88.0.2:7002");
    expect(border.dials.map(({ to }) => to.port)).toContain(7002);
  });

  test("gives up a link on which comes what is no reply, and makes it anew", () => {
    const { border, command } = linked();
    const dialled = border.dials.length;
    border.take({ does: "send", connection: command, bytes: "what?\r\n" });
    border.pass(seconds(2));

    expect(border.ends).toContain(`${command} fin`);
    expect(border.dials.length).toBeGreaterThan(dialled);
  });
});

describe("who comes in from outside", () => {
  test("is seen at the address that it has there", () => {
    const border = new Border(alone);
    const from = { ip: "127.88.0.9", port: 40_001 };
    border.take(
      { does: "connect", connection: 1, node: "r1", from },
      { does: "send", connection: 1, bytes: "CLIENT INFO\r\n" },
    );

    expect(border.said.get(1)).toContain(" addr=127.88.0.9:40001 ");
  });
});
