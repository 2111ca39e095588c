"""Asks for known vulnerabilities in the locked packages: `python -m tests.architecture.audit`.

pip-audit says "no known vulnerabilities" also when it could look nothing up, so a package that
was skipped fails the audit as a vulnerability does.
"""

import json
import subprocess
import sys

from tests.architecture.source import ROOT


def complaints(report: str) -> list[str]:
    """What pip-audit's JSON report holds against any package."""
    found = []
    packages = json.loads(report)["dependencies"]
    if not packages:
        found.append("nothing was audited")
    for package in packages:
        if "skip_reason" in package:
            found.append(f"{package['name']} was not looked up: {package['skip_reason']}")
        for vulnerability in package.get("vulns", []):
            fixed = ", ".join(vulnerability["fix_versions"]) or "no version yet"
            found.append(f"{package['name']} {package['version']}: {vulnerability['id']} (fixed in {fixed})")
    return found


def main() -> int:
    """Audits the product's lock."""
    answer = subprocess.run(
        [
            *(sys.executable, "-m", "pip_audit", "--format=json", "--progress-spinner=off"),
            *(
                "--require-hashes",
                "--disable-pip",
                "--requirement",
                str(ROOT / "requirements.lock"),
            ),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if not answer.stdout.strip():
        print(f"pip-audit did not answer:\n{answer.stderr}")
        return 1
    found = complaints(answer.stdout)
    print("\n".join(found) or "No known vulnerabilities; every package was looked up.")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
