"""The walkthrough's client: finds the master through the Sentinels, then writes once a second."""
import time

from redis.sentinel import Sentinel

SENTINELS = [("127.0.0.1", 26379), ("127.0.0.1", 26380), ("127.0.0.1", 26381)]
PASSWORD = "123456"

sentinel = Sentinel(SENTINELS, socket_timeout=0.5)
print("origin master:", sentinel.discover_master("mymaster"), flush=True)
print("origin slave:", sentinel.discover_slaves("mymaster"), flush=True)

master = sentinel.master_for("mymaster", socket_timeout=2, password=PASSWORD, db=0)
slave = sentinel.slave_for("mymaster", socket_timeout=2, password=PASSWORD, db=0)
master.set("hello", "world")
print("hello:", slave.get("hello"), flush=True)

began = time.time()
for i in range(120):
    key, value = "foo%d" % i, "bar%d" % i
    try:
        master.set(key, value)
        print("%.3f set %s %s" % (time.time() - began, key, value), flush=True)
    except Exception as error:
        print(
            "%.3f Exception: %s %s" % (time.time() - began, type(error).__name__, error),
            flush=True,
        )
    time.sleep(1)

print("new master:", sentinel.discover_master("mymaster"), flush=True)
print("new slave:", sentinel.discover_slaves("mymaster"), flush=True)
