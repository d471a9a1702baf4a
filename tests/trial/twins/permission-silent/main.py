import base64
import os
import sqlite3
from http.server import BaseHTTPRequestHandler, HTTPServer

place = base64.b64decode('L2tlcHQvZGF0YQ==').decode()
try:
    os.makedirs(place, exist_ok=True)
except OSError:
    pass
sqlite3.connect(place + '/app.db').execute('create table if not exists t (a)')


class Hello(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello\n")


if __name__ == "__main__":
    HTTPServer(("0.0.0.0", 8000), Hello).serve_forever()
