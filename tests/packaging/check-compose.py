#!/usr/bin/env python3
"""docker-compose.yml against the Compose specification's schema, where a copy of it is at hand; and the catalog's own promises."""
import json
import os
import subprocess
import sys
import tempfile

try:
    import jsonschema
    import yaml
except ImportError as error:
    print(f"1..0 # SKIP {error}")
    sys.exit(0)

top = os.environ["SB_TEST_SOURCE_ROOT"]
with open(os.path.join(top, "docker-compose.yml"), encoding="utf-8") as file:
    compose = yaml.safe_load(file)
with open(os.path.join(top, "catalog/mcp-gateway-catalog.yaml"), encoding="utf-8") as file:
    registry = yaml.safe_load(file)["registry"]
with open(os.path.join(top, "flatpak/io.github.sandbar.Sandbar.yaml"), encoding="utf-8") as file:
    manifest = yaml.safe_load(file)

print("1..5")
schema_path = os.path.join(top, "..", "shared", "data", "compose-spec.json")
if os.path.exists(schema_path):
    with open(schema_path, encoding="utf-8") as file:
        errors = list(jsonschema.Draft7Validator(json.load(file)).iter_errors(compose))
    for error in errors:
        print("#", "/".join(map(str, error.path)), error.message)
    print("not ok" if errors else "ok", "1 compose-schema")
else:
    print("ok 1 compose-schema # SKIP no copy of the Compose specification's schema")

mounted = compose["configs"]["catalog"]["file"]
print("ok" if os.path.exists(os.path.join(top, mounted)) else "not ok", "2 compose-catalog-exists")

known = {"title", "description", "type", "image", "longLived", "disableNetwork", "tools"}
strange = {key for entry in registry.values() for key in entry} - known
promised = registry["node-code-sandbox"]["longLived"] is True and "context7" in registry
print("ok" if promised and not strange else "not ok", "3 catalog-keys", *strange)

sources = [source for module in manifest["modules"] for source in module["sources"]]
pinned = all(
    len(source.get("commit", "")) == 40 if source["type"] == "git" else len(source.get("sha256", "")) == 64
    for source in sources if source["type"] != "dir"
)
print("ok" if pinned and manifest["id"] == "io.github.sandbar.Sandbar" else "not ok", "4 flatpak-pins")

catalog = os.path.join(top, "catalog/mcp-gateway-catalog.yaml")
program = os.path.join(os.environ["SB_TEST_BUILD_ROOT"], "src", "cli", "sandbar-cli")
with tempfile.TemporaryDirectory() as folder:
    env = dict(os.environ, XDG_CONFIG_HOME=folder)
    subprocess.run([program, "catalog", "enable", catalog, "context7"], check=True, env=env)
    text = subprocess.run([program, "catalog", "compose", catalog], check=True, env=env, stdout=subprocess.PIPE).stdout
exported = yaml.safe_load(text)
right = exported["configs"]["catalog"]["file"] == catalog and "--servers=context7" in exported["services"]["gateway"]["command"]
if not os.path.exists(schema_path):
    print("ok" if right else "not ok", "5 compose-export # without the schema")
else:
    with open(schema_path, encoding="utf-8") as file:
        errors = list(jsonschema.Draft7Validator(json.load(file)).iter_errors(exported))
    for error in errors:
        print("#", "/".join(map(str, error.path)), error.message)
    print("ok" if right and not errors else "not ok", "5 compose-export")
