"""The command that looks at targets: what is wrong on each, as text or JSON. It gives the exit code."""

from __future__ import annotations

import argparse
import json
import sys

from podpipe.audit import Audit
from podpipe.audit import audit as look_at
from podpipe.cli import report
from podpipe.errors import TargetError
from podpipe.settings import load_settings


def audit(arguments: argparse.Namespace) -> int:
    """Look at each target, the others too where one cannot be asked."""
    settings = load_settings(arguments.show)
    progress = report.Progress(quiet=arguments.quiet or arguments.format == "json")
    code = 0
    for url in arguments.target or settings.targets:
        try:
            with progress.shown():
                progress.stage("looking at the target")
                found = look_at(settings, url, public=arguments.public, on_total=progress.counting, on_object=progress.count)
        except TargetError as error:
            print(f"podpipe: {error.told}", file=sys.stderr)
            code = 1
            continue
        _tell(found, arguments)
        code = code or int(any(finding.level == "error" for finding in found.findings))
    return code


def _tell(found: Audit, arguments: argparse.Namespace) -> None:
    if arguments.format == "json":
        report.print_lines(
            json.dumps({"target": found.target} | json.loads(report.as_json(finding)), ensure_ascii=False) for finding in found.findings
        )
        return
    if found.findings or not arguments.quiet:
        looked = f"{found.objects} object{'' if found.objects == 1 else 's'} looked at"
        print(f"{found.target}: {looked}, {report.count(found.findings) or 'nothing is wrong'}")
    report.print_findings(found.findings, arguments.show)
