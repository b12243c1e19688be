"""An HTTP server on loopback for the tests of downloads: it answers by a list, and notes what it was asked and what it sent.

    with HttpServer(CONTENT, [cut(1000), ranged]) as server:      # the last answer serves all further requests
        download(server.url("/file"))
        server.asked                                              # [("/file", None), ("/file", "bytes=1000-")]

An answer is a function of the request's handler.
"""

import http.server
import socket
import struct
import threading


class HttpServer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, content, answers):
        super().__init__(("127.0.0.1", 0), Handler)
        self.content, self.answers = content, list(answers)
        self.asked = []  # (path, Range)
        self.sent = 0  # bytes of content

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def handle_error(self, *_):
        pass  # a client that has had enough closes its end

    def url(self, path=""):
        return f"http://127.0.0.1:{self.server_port}{path}"


class Handler(http.server.BaseHTTPRequestHandler):
    timeout = 30

    def do_GET(self):
        self.server.asked.append((self.path, self.headers["Range"]))
        answers = self.server.answers
        (answers.pop(0) if len(answers) > 1 else answers[0])(self)

    def log_message(self, *_):
        pass

    def head(self, status, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()

    def body(self, content):
        self.server.sent += len(content)
        self.wfile.write(content)

    def start(self):
        """The byte that the client wants first."""
        wanted = self.headers["Range"]
        return int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0

    def ranged_head(self):
        """Announces all from the byte that the client wants. @returns that part"""
        content, start = self.server.content, self.start()
        if start == 0:
            self.head(200, Content_Length=len(content))
        else:
            self.head(206, Content_Length=len(content) - start, Content_Range=f"bytes {start}-{len(content) - 1}/{len(content)}")
        return content[start:]


def ranged(handler):
    handler.body(handler.ranged_head())


def whole(handler):
    """Knows no ranges."""
    handler.head(200, Content_Length=len(handler.server.content))
    handler.body(handler.server.content)


def cut(count, reset=False):
    """Announces all, and closes the connection after so many bytes."""

    def answer(handler):
        handler.body(handler.ranged_head()[:count])
        if reset:  # linger 0: the client reads "connection reset" instead of an end
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return answer


def cut_whole(count):
    """The same of a server that knows no ranges."""

    def answer(handler):
        handler.head(200, Content_Length=len(handler.server.content))
        handler.body(handler.server.content[:count])

    return answer


def stalled(handler):
    """Announces all, sends nothing, and waits for the client to go."""
    handler.ranged_head()
    handler.connection.recv(1)


def status(code, **headers):
    return lambda handler: handler.head(code, Content_Length=0, **headers)


def redirect(url, code=302):
    return status(code, Location=url)


def fixed(code, content, **headers):
    """Other bytes, whatever the client wants. Content-Length is theirs unless it is given; None sends none."""

    def answer(handler):
        told = {"Content_Length": len(content)} | headers
        handler.head(code, **{name: value for name, value in told.items() if value is not None})
        handler.body(content)

    return answer


def chunked(content):
    """Other bytes as one chunk, which tells of no length before them."""

    def answer(handler):
        handler.head(200, Transfer_Encoding="chunked")
        handler.wfile.write(b"%x\r\n%s\r\n0\r\n\r\n" % (len(content), content))

    return answer
