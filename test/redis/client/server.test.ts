import { expect, test } from "vitest";
import { milliseconds, seconds } from "../../../src/kernel/time.js";
import { client } from "../../../src/redis/client/client.js";
import { Operator } from "../../../src/redis/client/operator.js";
import { workloadDefaults } from "../../../src/redis/client/workload.js";
import { World } from "../world.js";

test("a client and an operator speak to a redis-server as redis-py and redis-cli do", () => {
  const world = new World();
  const { simulation } = world;
  world.server("r1", { config: ["requirepass 123456"] });
  simulation.addHost("c1", { ips: ["10.1.0.1"] });
  simulation.addNode("c1", {
    host: "c1",
    factory: client({
      kind: "workloads",
      policy: {
        kind: "naive",
        master: { ip: "10.0.0.1", port: 6379 },
        password: "123456",
        socketTimeout: milliseconds(500),
      },
      workloads: [{ ...workloadDefaults, count: 5 }],
    }),
  });
  const operators: Operator[] = [];
  simulation.addNode("operator", {
    host: "r1",
    factory: (context) => {
      const operator = new Operator(context);
      operators.push(operator);
      return operator;
    },
  });

  simulation.boot("c1");
  simulation.boot("operator");
  simulation.advance(seconds(1));
  const session = { step: "s", target: "r1", port: 6379 };
  operators[0]?.submit({ ...session, commands: ["GET k4"] });
  const commands = ["GET k4", 'set hello "a\\tb"', "get hello", "KEYS k*", "ROLE", "INFO keyspace"];
  operators[0]?.submit({ ...session, commands, password: "123456" });
  simulation.advance(seconds(1));

  const oks = world.notes.filter(({ note }) => note.kind === "ok");
  expect(oks.map(({ note }) => note["key"])).toEqual(["k0", "k1", "k2", "k3", "k4"]);
  const replies = world.notes.flatMap(({ note }) => {
    return note.kind === "command" ? [String(note["reply"])] : [];
  });
  expect(replies[0]).toBe("(error) NOAUTH Authentication required.");
  expect(replies.slice(1, 4)).toEqual(['"4"', "OK", '"a\\tb"']);
  expect(replies[4]?.split("\n")).toHaveLength(5);
  expect(replies[5]).toBe('1) "master"\n2) (integer) 0\n3) (empty array)');
  expect(replies[6]).toContain("# Keyspace\r\ndb0:keys=6");
});
