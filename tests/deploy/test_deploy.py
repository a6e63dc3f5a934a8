"""The files that start workers in containers are valid and in step, and their command runs.

No container is run here. `make test-deploy` brings the schemas; without them two tests are skipped.
"""

import importlib.metadata
import json
import os
import pathlib
import re
import shlex
import socket
import subprocess
import sys

import numpy as np
import pytest
import tensorflow_federated as tff
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import fl_course
from tests.runtime.meanwhile import PROMPT

ROOT = pathlib.Path(__file__).parent.parent.parent
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text().replace("\\\n", " ")
COMPOSE_FILE = ROOT / "deploy" / "compose.yaml"
COMPOSE = yaml.safe_load(COMPOSE_FILE.read_text())
KUBERNETES = {
    document["kind"]: document
    for document in yaml.safe_load_all((ROOT / "deploy" / "kubernetes.yaml").read_text())
}
POD = KUBERNETES["StatefulSet"]["spec"]["template"]
(CONTAINER,) = POD["spec"]["containers"]
PORT = 8000


def instruction(name: str) -> list[str]:
    return re.findall(rf"^{name}\s+(.*)$", DOCKERFILE, flags=re.MULTILINE)


def installed_packages() -> dict[str, str]:
    """The packages that the image gets, with their versions."""
    lines = [part for run in instruction("RUN") for part in run.split("&&")]
    words = [word for line in lines if "pip install" in line for word in shlex.split(line)]
    pinned = [Requirement(word) for word in words if "==" in word]
    return {canonicalize_name(r.name): str(r.specifier).removeprefix("==") for r in pinned}


COMMANDS = {
    "image": json.loads(instruction("CMD")[0]),
    "kubernetes": CONTAINER["args"],
    **{f"compose {name}": service["command"] for name, service in COMPOSE["services"].items()},
}


@pytest.mark.parametrize("kind", KUBERNETES)
def test_kubernetes_takes_it(kind):
    validate = pytest.importorskip("kubernetes_validate")
    assert validate.validate(KUBERNETES[kind], validate.latest_version(), strict=True)


def test_compose_takes_it():
    pytest.importorskip("check_jsonschema")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run(
        [*command, str(COMPOSE_FILE)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_service_finds_the_pods():
    service, workers = KUBERNETES["Service"], KUBERNETES["StatefulSet"]["spec"]
    labels = POD["metadata"]["labels"]
    assert service["spec"]["selector"].items() <= labels.items()
    assert workers["selector"]["matchLabels"].items() <= labels.items()
    assert workers["serviceName"] == service["metadata"]["name"]
    assert KUBERNETES["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"].items() <= (
        labels.items()
    )


def test_every_port_is_the_workers():
    (port,) = CONTAINER["ports"]
    assert port["containerPort"] == PORT
    named = [CONTAINER[f"{kind}Probe"]["tcpSocket"]["port"] for kind in ("startup", "readiness")]
    named += [CONTAINER["livenessProbe"]["tcpSocket"]["port"]]
    named += [port["targetPort"] for port in KUBERNETES["Service"]["spec"]["ports"]]
    (ingress,) = KUBERNETES["NetworkPolicy"]["spec"]["ingress"]
    named += [port["port"] for port in ingress["ports"]]
    assert set(named) == {port["name"]}
    for command in COMMANDS.values():
        assert command[command.index("--port") + 1] == str(PORT)
    assert instruction("EXPOSE") == [str(PORT)]


def test_no_one_reaches_a_worker_by_accident():
    for service in COMPOSE["services"].values():
        (published,) = service["ports"]
        assert re.fullmatch(rf"127\.0\.0\.1:\d+:{PORT}", published)
    policy = KUBERNETES["NetworkPolicy"]["spec"]
    assert set(policy["policyTypes"]) == {"Ingress", "Egress"}
    assert policy["egress"] == []
    (ingress,) = policy["ingress"]
    assert all(source["podSelector"]["matchLabels"] for source in ingress["from"])


def test_a_worker_may_do_little_else():
    user = POD["spec"]["securityContext"]["runAsUser"]
    assert POD["spec"]["securityContext"]["runAsNonRoot"] is True
    assert instruction("USER") == [str(user)]
    assert f"useradd --uid {user} worker" in instruction("RUN")
    limits = CONTAINER["securityContext"]
    assert limits["readOnlyRootFilesystem"] is True
    assert limits["allowPrivilegeEscalation"] is False
    assert limits["capabilities"]["drop"] == ["ALL"]
    for service in COMPOSE["services"].values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_as_many_clients_at_a_time_as_cores():
    def concurrency(command):
        return int(command[command.index("--concurrency") + 1])

    assert concurrency(CONTAINER["args"]) == int(CONTAINER["resources"]["limits"]["cpu"])
    for service in COMPOSE["services"].values():
        assert concurrency(service["command"]) == service["cpus"]


def test_one_image():
    version = importlib.metadata.version("fl-course")
    images = {service["image"] for service in COMPOSE["services"].values()}
    assert images | {CONTAINER["image"]} == {f"fl-course-worker:{version}"}


def test_the_image_has_the_versions_of_the_lock():
    lock = (ROOT / "requirements.lock").read_text()
    for name, version in installed_packages().items():
        assert re.search(rf"^{name}=={re.escape(version)}\b", lock, re.MULTILINE), name


def test_what_the_image_copies_is_there():
    for line in instruction("COPY"):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists()


@tff.federated_computation(tff.FederatedType(np.float32, tff.CLIENTS))
def mean(values):
    return tff.federated_mean(values)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_command_runs_with_what_the_image_has(name):
    """Runs it as it stands there, but for the port, and looks at what it imports."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    assert json.loads(instruction("ENTRYPOINT")[0]) == ["fl-course"]
    arguments = [port if word == str(PORT) else word for word in COMMANDS[name]]
    program = pathlib.Path(sys.executable).parent / "fl-course"
    process = subprocess.Popen(
        [sys.executable, "-X", "importtime", str(program), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd="/",
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    try:
        assert f"serves at 0.0.0.0:{port}" in process.stdout.readline()
        fl_course.use_workers([f"127.0.0.1:{port}"])
        assert mean([1.0, 2.0, 6.0]) == 3.0
        process.terminate()
        imported = set(re.findall(r"\| +([A-Za-z0-9_]+)$", process.stderr.read(), re.MULTILINE))
        assert process.wait(PROMPT) == 0
    finally:
        process.kill()
        fl_course.use_workers(1)
    owners = importlib.metadata.packages_distributions()
    packages = {canonicalize_name(owner) for module in imported for owner in owners.get(module, [])}
    assert "grpcio" in packages
    # Every Python with setuptools imports a part of it at its start.
    assert packages - {"setuptools"} <= {*installed_packages(), "fl-course"}
