"""`make sbom`: the bill of materials of the image, in CycloneDX's form, the same whenever it is made.

What is in it is what deploy/requirements.lock says: each package with the hashes of its files. Licences are as the
packages that are installed here tell them; one that tells none has none in the bill.
"""

import sys
import uuid
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import TYPE_CHECKING

from tests.security.lock import Locked, read_lock
from tests.security.threats import ROOT

if TYPE_CHECKING:
    from cyclonedx.model.component import Component
    from cyclonedx.model.license import License

LOCK = ROOT / "deploy" / "requirements.lock"
BILL = ROOT / "deploy" / "mentor.cdx.json"
LONGEST = 100  # characters of a licence's name; some packages give its whole text


def bill(packages: Iterable[Locked]) -> str:
    from cyclonedx.model.bom import Bom
    from cyclonedx.output import make_outputter
    from cyclonedx.schema import OutputFormat, SchemaVersion

    made = Bom(components=[_component(each) for each in packages])
    made.metadata.timestamp = None  # type: ignore[assignment]  # so that it is the same tomorrow
    content = "\n".join(sorted(str(each.bom_ref.value) for each in made.components))
    made.serial_number = uuid.uuid5(uuid.NAMESPACE_OID, content)
    written: str = make_outputter(made, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=2)
    return written + "\n"


def _component(package: Locked) -> "Component":
    from cyclonedx.model import HashAlgorithm, HashType
    from cyclonedx.model.component import Component, ComponentType
    from packageurl import PackageURL

    return Component(
        name=package.name,
        version=package.version,
        type=ComponentType.LIBRARY,
        bom_ref=f"{package.name}=={package.version}",
        purl=PackageURL("pypi", name=package.name, version=package.version),
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=each) for each in package.hashes],
        licenses=_licences(package.name),
    )


def _licences(name: str) -> "list[License]":
    from cyclonedx.contrib.license.factories import LicenseFactory

    said = licence_of(name)
    return [LicenseFactory().make_from_string(said)] if said else []


def licence_of(name: str) -> str:
    """As the package tells it: an SPDX expression, a name, or its classifiers; "" where it tells nothing."""
    try:
        told = metadata(name)
    except PackageNotFoundError:
        return ""
    of = {name: [str(each) for each in told.get_all(name) or ()] for name in ("License-Expression", "License")}
    classified = [each.rpartition(" :: ")[2] for each in told.get_all("Classifier") or () if each.startswith("License")]
    named = [each.strip().partition("\n")[0][:LONGEST] for each in of["License"]]
    return next((each for each in (*of["License-Expression"], " and ".join(classified), *named) if each), "")


def main() -> int:
    packages = list(read_lock(LOCK))
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else BILL
    file.write_text(bill(packages), encoding="utf-8")
    untold = [each.name for each in packages if not licence_of(each.name)]
    print(f"{file}: {len(packages)} packages; without a licence that is told here: {', '.join(untold) or 'none'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
