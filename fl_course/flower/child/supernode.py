"""`flower-supernode`, with more frequent signs of life: run by Flower's Python.

A SuperNode gives one every 30 seconds, and after 60 without one the SuperLink takes it for gone. In
a notebook one would wait for that most of the time. Ten is the least that a SuperLink takes.
"""

import sys

from flwr.supercore import heartbeat
from flwr.supernode import fleet_http_connection
from flwr.supernode.cli import flower_supernode

# How often, and what the SuperLink is told of it.
heartbeat.HEARTBEAT_DEFAULT_INTERVAL = fleet_http_connection.HEARTBEAT_DEFAULT_INTERVAL = 10

if __name__ == "__main__":
    sys.argv[0] = "flower-supernode"
    flower_supernode()
