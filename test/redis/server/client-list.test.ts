import { describe, expect, test } from "vitest";
import type { ConnectionId } from "../../../src/kernel/actor.js";
import { Client } from "../../../src/redis/server/client.js";
import { ClientList } from "../../../src/redis/server/client-list.js";

const address = { ip: "10.0.0.1", port: 40_000 };

function clients(count: number): Client[] {
  return Array.from({ length: count }, (_, id) => {
    const connection = id as ConnectionId;
    return new Client({ id, connection, peer: address, local: address, createdAt: 0 });
  });
}

function listOf(all: readonly Client[]): ClientList {
  const list = new ClientList();
  for (const client of all) list.add(client);
  return list;
}

function turns(list: ClientList, count: number): (number | undefined)[] {
  return Array.from({ length: count }, () => list.next()?.id);
}

// clientsCron(): a few clients each time, the list rotated.
describe("the cron's walk round the clients", () => {
  test("comes to each in the order in which they connected, and begins again", () => {
    const list = listOf(clients(3));

    expect(turns(list, 7)).toEqual([0, 1, 2, 0, 1, 2, 0]);
  });

  test("skips nobody when a client that had its turn goes", () => {
    const all = clients(4);
    const list = listOf(all);
    turns(list, 2);

    list.remove(all[0] as Client);

    expect(turns(list, 4)).toEqual([2, 3, 1, 2]);
  });

  test("comes to who connects meanwhile before it begins again", () => {
    const [first, second, third] = clients(3) as [Client, Client, Client];
    const list = listOf([first, second]);
    turns(list, 2);

    list.add(third);

    expect(turns(list, 3)).toEqual([2, 0, 1]);
  });

  test("finds nobody where nobody is connected, and whoever comes then", () => {
    const [only] = clients(1) as [Client];
    const list = listOf([]);

    expect(list.next()).toBeUndefined();
    list.add(only);
    expect(list.next()).toBe(only);
  });
});

test("a walk over all clients sees each once, whoever goes meanwhile", () => {
  const all = clients(3);
  const list = listOf(all);
  const seen: number[] = [];

  for (const client of list.all) {
    seen.push(client.id);
    list.remove(client);
  }

  expect(seen).toEqual([0, 1, 2]);
  expect(list.size).toBe(0);
});
