import { expect, test } from "vitest";
import { milliseconds, seconds } from "../../../src/kernel/time.js";
import { client } from "../../../src/redis/client/client.js";
import type { RedisPySettings } from "../../../src/redis/client/redis-py/options.js";
import { walkthrough } from "../../../src/redis/client/script.js";
import { Alone } from "./alone.js";
import { known, sentinelAnswer, server, serverAnswer } from "./peers.js";

const policy: RedisPySettings = {
  kind: "redis-py",
  sentinels: [{ ip: "127.0.0.1", port: 26379 }],
  master: "mymaster",
  socketTimeout: seconds(2),
  sentinelSettings: { socketTimeout: milliseconds(500) },
};

function oneHost() {
  const world = new Alone();
  const servers = [server("master"), server("slave"), server("slave")];
  for (const [i, each] of servers.entries()) {
    world.peer(`127.0.0.1:${6379 + i}`, serverAnswer(each));
  }
  const sentinel = known("127.0.0.1");
  sentinel.slaves = [6380, 6381].map((port) => ({ ip: "127.0.0.1", port, flags: "slave" }));
  world.peer("127.0.0.1:26379", sentinelAnswer(sentinel));
  return { world, servers, sentinel };
}

test("the walkthrough's script prints what the recorded one printed", () => {
  const { world, servers, sentinel } = oneHost();
  world.start(client({ kind: "script", policy, steps: walkthrough }));

  world.until(17_500);
  world.end("127.0.0.1:6379", "fin");
  world.until(47_500);
  sentinel.master.flags = "s_down,master";
  world.until(48_500);
  sentinel.master = { ip: "127.0.0.1", port: 6380, flags: "master" };
  sentinel.slaves = [
    { ip: "127.0.0.1", port: 6379, flags: "s_down,slave" },
    { ip: "127.0.0.1", port: 6381, flags: "slave" },
  ];
  const [, r2] = servers;
  if (r2 !== undefined) r2.role = "master";
  world.until(200_000);

  const expected = ["origin master: ('127.0.0.1', 6379)"];
  expected.push("origin slave: [('127.0.0.1', 6380), ('127.0.0.1', 6381)]");
  for (let i = 0; i < 120; i++) {
    if (i < 18 || i > 48) expected.push(`set foo${i} bar${i}`);
    else if (i === 48) {
      expected.push("Exception: MasterNotFoundError No master found for 'mymaster'");
    } else {
      expected.push(
        "Exception: ConnectionError Error 111 connecting to 127.0.0.1:6379. Connection refused.",
      );
    }
  }
  expected.push("new master: ('127.0.0.1', 6380)", "new slave: [('127.0.0.1', 6381)]");
  const printed = world.notes.filter(({ kind }) => kind === "print").map((note) => note["text"]);
  expect(printed).toEqual(expected);
  expect(world.exitCode).toBe(0);
});

test("a script that no Sentinel answers ends with the exception that nobody caught", () => {
  const { world } = oneHost();
  world.end("127.0.0.1:26379", "fin");

  world.start(client({ kind: "script", policy, steps: walkthrough }));
  world.until(1_000);

  expect(world.lines).toEqual([
    "redis.sentinel.MasterNotFoundError: No master found for 'mymaster'",
  ]);
  expect(world.exitCode).toBe(1);
});
