"""A bad cable between two network namespaces: packets are late, out of order, or lost.

    cable.py NAMESPACE ADDRESS NAMESPACE ADDRESS DELAY_MS JITTER_MS LOSS_PERCENT SEED

What `tc netem` does, for kernels that are built without it. Two tun(4) devices, and this process in between; the cable is gone
when the process is.
"""
import ctypes
import fcntl
import heapq
import os
import random
import select
import struct
import subprocess
import sys
import time

TUNSETIFF, IFF_TUN, IFF_NO_PI, CLONE_NEWNET = 0x400454CA, 0x0001, 0x1000, 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


def enter(path):
    descriptor = os.open(path, os.O_RDONLY)
    if libc.setns(descriptor, CLONE_NEWNET) != 0:
        sys.exit(f"setns {path}: {os.strerror(ctypes.get_errno())}")
    os.close(descriptor)


def end(namespace, own, other):
    """One end of the cable, with its address."""
    enter(f"/run/netns/{namespace}")
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    made = fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", b"cable%d", IFF_TUN | IFF_NO_PI))
    name = made[:16].rstrip(b"\0").decode()
    subprocess.run(["ip", "address", "add", own, "peer", other, "dev", name], check=True)
    subprocess.run(["ip", "link", "set", name, "up"], check=True)
    return device


one, first, two, second = sys.argv[1:5]
delay, jitter = (float(text) / 1000 for text in sys.argv[5:7])
loss = float(sys.argv[7]) / 100
dice = random.Random(int(sys.argv[8]))
ends = [end(one, first, second), end(two, second, first)]
print("up", flush=True)
under_way, count = [], 0
while True:
    wait = None if not under_way else max(0, under_way[0][0] - time.monotonic())
    ready = select.select(ends, [], [], wait)[0]
    for device in ready:
        packet = os.read(device, 65536)
        if dice.random() < loss:
            continue
        count += 1
        due = time.monotonic() + delay + dice.uniform(-jitter, jitter)
        heapq.heappush(under_way, (due, count, ends[1 - ends.index(device)], packet))
    while under_way and under_way[0][0] <= time.monotonic():
        _, _, device, packet = heapq.heappop(under_way)
        try:
            os.write(device, packet)
        except OSError:
            # A device that is down takes nothing: the packet is lost.
            continue
