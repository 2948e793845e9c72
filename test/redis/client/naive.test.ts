import { expect, test } from "vitest";
import { milliseconds } from "../../../src/kernel/time.js";
import { client } from "../../../src/redis/client/client.js";
import { workloadDefaults } from "../../../src/redis/client/workload.js";
import { Alone } from "./alone.js";
import { server, serverAnswer } from "./peers.js";

function application(ip: string) {
  return client({
    kind: "workloads",
    policy: {
      kind: "naive",
      master: { ip, port: 6379 },
      socketTimeout: milliseconds(500),
    },
    workloads: [workloadDefaults],
  });
}

test("a naive client stays with its address, refused, and is told READONLY after the demotion", () => {
  const world = new Alone();
  const r1 = server("master");
  world.peer("10.0.0.1:6379", serverAnswer(r1));
  world.start(application("10.0.0.1"));
  world.until(50);

  world.end("10.0.0.1:6379", "fin");
  world.until(150);
  r1.role = "slave";
  world.peer("10.0.0.1:6379", serverAnswer(r1));
  world.until(250);

  expect(world.lines).toEqual([
    "ok k0 0",
    "fail k1 1 ConnectionError: Error 111 connecting to 10.0.0.1:6379. Connection refused.",
    "fail k2 2 ReadOnlyError: You can't write against a read only replica.",
  ]);
});

// socket.getaddrinfo() raises gaierror, an OSError.
test("a naive client fails without asking anybody when its name does not resolve", () => {
  const world = new Alone();

  world.start(application("redis.invalid"));
  world.until(50);

  expect(world.lines[0]).toBe(
    "fail k0 0 ConnectionError: Error -2 connecting to redis.invalid:6379. Name or service not known.",
  );
});
