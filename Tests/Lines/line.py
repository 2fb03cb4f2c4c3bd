#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A bad line between two nodes: a TCP relay, standard library only.

    line.py HOST:PORT     listens on a free port of 127.0.0.1, prints it, and relays to HOST:PORT

Commands on standard input, one a line; each is answered with `ok`, or with what was asked. It ends with standard input.

    delay MS            each way
    rate BITS           bits a second each way, shared by all connections; 0: no limit
    loss PERCENT SEED   see below
    up                  relays
    hole                a black hole: accepts, and moves nothing, on old connections too
    refuse              closes what is open, and every new connection at once
    mute BYTES          once a connection has carried so many bytes there, nothing comes back on it, and it is cut: what was asked was
                        heard, and the answer is lost; 0: no more
    flap UP DOWN        relays for UP seconds, refuses and cuts for DOWN seconds, and so on
    to HOST:PORT        new connections lead there; old ones are cut
    answer KIND         answers by itself, without relaying: `noise` (random bytes), `plain` (HTTP 200 without TLS), `endless` (the same, with a
                        body that does not end), `silent` (reads, says nothing)
    count               how many connections were accepted, how many are open, and how many bytes were relayed
    crowd N HOST:PORT   opens N connections to HOST:PORT and lets them stand; answers how many were made
    crowding            how many of them are still open
    drip                sends one byte on each of them (the first bytes of a TLS record, never a whole one)
    scatter             closes them

What it models: a delay and a rate as a queue, each way. Loss as TCP shows it to programs: what is sent is cut into segments of at most 1,460 bytes;
a lost one stalls all that stands behind it for 200 ms, the next loss of the same segment for 400 ms and so on, and after six losses in a row the
connection is reset. Each connection draws its losses from the seed and its number.
What it does not model: a lost SYN, reordering and duplicates (TCP hides them), congestion windows that shrink, loss of pure acknowledgements,
a host that vanishes so that not even TCP's keep-alive is answered: the kernel here always answers for it."""
import asyncio
import os
import random
import sys
import time

SEGMENT = 1460


class Line:
    def __init__(self, target):
        self.target = target
        self.delay = 0.0
        self.rate = 0
        self.loss = 0.0
        self.seed = 1
        self.mode = "up"
        self.mute = 0
        self.free = [0.0, 0.0]
        self.writers = set()
        self.accepted = 0
        self.relayed = 0
        self.moves = asyncio.Event()
        self.moves.set()
        self.flapping = None
        self.crowd = []

    def cut(self):
        for writer in list(self.writers):
            writer.transport.abort()

    def set_mode(self, mode):
        if self.mode != mode:
            self.mode = mode
            if mode == "hole":
                self.moves.clear()
            else:
                self.moves.set()
            if mode in ("refuse", "down") or mode.startswith("answer"):
                self.cut()

    async def flap(self, up, down):
        while True:
            self.set_mode("up")
            await asyncio.sleep(up)
            self.set_mode("down")
            await asyncio.sleep(down)

    async def pump(self, reader, writer, way, chance, carried):
        """Moves one way, in order: a segment leaves when the one before it has left."""
        queue = asyncio.Queue(64)

        async def deliver():
            while True:
                due, data = await queue.get()
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                await self.moves.wait()
                if data is None:
                    if writer.can_write_eof():
                        writer.write_eof()
                    return
                writer.write(data)
                await writer.drain()
                self.relayed += len(data)

        task = asyncio.ensure_future(deliver())
        stalled = 0.0
        try:
            while True:
                data = await reader.read(SEGMENT)
                await self.moves.wait()
                if not data:
                    await queue.put((max(stalled, time.monotonic() + self.delay), None))
                    await task
                    return
                if way == 0:
                    carried[0] += len(data)
                elif self.mute and carried[0] > self.mute:
                    raise ConnectionResetError
                pause, again = 0.0, 0
                while self.loss and chance.random() < self.loss:
                    pause += 0.2 * 2**again
                    again += 1
                    if again == 6:
                        raise ConnectionResetError
                now = time.monotonic()
                if self.rate:
                    start = max(now, self.free[way])
                    self.free[way] = start + len(data) * 8 / self.rate
                    await asyncio.sleep(self.free[way] - now)
                    now = time.monotonic()
                stalled = max(stalled, now + self.delay) + pause
                await queue.put((stalled, data))
        finally:
            task.cancel()

    async def answer(self, kind, reader, writer):
        if kind == "noise":
            chance = random.Random(self.seed)
            await reader.read(100)
            writer.write(chance.randbytes(4096))
            await writer.drain()
        elif kind in ("plain", "endless"):
            await reader.read(100)
            length = "Content-Length: 2\r\n\r\n{}" if kind == "plain" else "Transfer-Encoding: chunked\r\n\r\n"
            writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{length}".encode())
            while kind == "endless" and self.mode == "answer endless":
                writer.write(b"10000\r\n" + b" " * 65536 + b"\r\n")
                await writer.drain()
            await writer.drain()
        else:
            while await reader.read(65536):
                pass

    async def connected(self, reader, writer):
        self.accepted += 1
        number = self.accepted
        self.writers.add(writer)
        try:
            if self.mode in ("refuse", "down"):
                writer.transport.abort()
                return
            if self.mode.startswith("answer "):
                await self.answer(self.mode.split()[1], reader, writer)
                return
            await self.moves.wait()
            host, port = self.target
            there, back = await asyncio.open_connection(host, port)
            self.writers.add(back)
            try:
                chances = [random.Random(self.seed * 2_000_003 + number * 2 + way) for way in (0, 1)]
                carried = [0]
                ways = [
                    asyncio.ensure_future(self.pump(reader, back, 0, chances[0], carried)),
                    asyncio.ensure_future(self.pump(there, writer, 1, chances[1], carried)),
                ]
                # One way may end before the other; a broken one ends both.
                done, rest = await asyncio.wait(ways, return_when=asyncio.FIRST_EXCEPTION)
                for task in rest:
                    task.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
                if any(task.exception() for task in done):
                    writer.transport.abort()
                    back.transport.abort()
            finally:
                self.writers.discard(back)
                back.close()
        except (OSError, asyncio.IncompleteReadError):
            writer.transport.abort()
        finally:
            self.writers.discard(writer)
            writer.close()

    async def gather_crowd(self, count, host, port):
        """Plain connections without a task each; those that the other side closes are noticed when they are counted."""
        import socket

        made = 0
        for number in range(count):
            one = socket.socket()
            one.settimeout(5)
            try:
                one.connect((host, port))
                one.setblocking(False)
                self.crowd.append(one)
                made += 1
            except OSError:
                one.close()
            if number % 100 == 99:
                await asyncio.sleep(0)
        return made

    def crowding(self):
        standing = []
        for one in self.crowd:
            try:
                if one.recv(1) == b"":
                    raise OSError
                standing.append(one)
            except BlockingIOError:
                standing.append(one)
            except OSError:
                one.close()
        self.crowd = standing
        return len(standing)

    async def command(self, words):
        name, rest = words[0], words[1:]
        if self.flapping and name in ("up", "hole", "refuse", "answer", "flap"):
            self.flapping.cancel()
            self.flapping = None
        if name == "delay":
            self.delay = float(rest[0]) / 1000
        elif name == "rate":
            self.rate = int(rest[0])
            self.free = [0.0, 0.0]
        elif name == "loss":
            self.loss, self.seed = float(rest[0]) / 100, int(rest[1]) if len(rest) > 1 else 1
        elif name == "mute":
            self.mute = int(rest[0])
        elif name in ("up", "hole", "refuse"):
            self.set_mode(name)
        elif name == "flap":
            self.flapping = asyncio.ensure_future(self.flap(float(rest[0]), float(rest[1])))
        elif name == "to":
            self.target = address(rest[0])
            self.cut()
        elif name == "answer":
            self.set_mode("answer " + rest[0])
            if len(rest) > 1:
                self.seed = int(rest[1])
        elif name == "count":
            return f"{self.accepted} {len(self.writers)} {self.relayed}"
        elif name == "crowd":
            return str(await self.gather_crowd(int(rest[0]), *address(rest[1])))
        elif name == "crowding":
            return str(self.crowding())
        elif name == "drip":
            for one in self.crowd:
                try:
                    one.send(b"\x16")
                except OSError:
                    pass
        elif name == "scatter":
            for one in self.crowd:
                one.close()
            self.crowd = []
        else:
            return f"unknown command {name}"
        return "ok"


def address(text):
    host, port = text.rsplit(":", 1)
    return host, int(port)


async def main():
    import resource

    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    line = Line(address(sys.argv[1]))
    server = await asyncio.start_server(line.connected, "127.0.0.1", 0, limit=16384, backlog=1024)
    print(server.sockets[0].getsockname()[1], hard, flush=True)
    commands = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    while words := (await commands.readline()).decode().split():
        print(await line.command(words), flush=True)
    os._exit(0)


asyncio.run(main())
