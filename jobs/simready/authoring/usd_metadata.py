"""What a catalogue wants to know about an asset without opening its geometry."""

# usd-core ships no types, and the next line takes no reason of its own.
# pyright: reportAttributeAccessIssue=false

from __future__ import annotations

import importlib.metadata
from typing import Any

from pxr import Gf, Usd

from jobs.contracts.simready import Asset
from jobs.simready.authoring.usd_labels import wikidata_item
from jobs.simready.authoring.usd_variants import describe_runtimes

GENERATOR = "simfoundry"
GENERATOR_DATE = "2026-11-26"
"""`usd_date_generated` is the day of this version of what writes the files, to be changed with it: the same request
gives the same bytes on whatever day it runs. When it ran is in the manifest's environment."""

_NO_SOURCE, _NO_LICENCE, _NO_CATEGORY = "made in place", "unspecified by its owner", "uncategorised"


def author_metadata(stage: Usd.Stage, asset: Asset) -> None:
    """Author `SimReady_Metadata` and its older flat form into the root layer.

    Source: NVIDIA SimReady Foundation, requirements SR.004 and, for features that depend on it, SR.001.
    """
    item = wikidata_item(asset)
    identity = {
        "asset_name": asset.name,
        "asset_type": "prop",
        "source_file": ", ".join(asset.sources) or _NO_SOURCE,
        "usd_date_generated": GENERATOR_DATE,
    }
    details: dict[str, Any] = {
        **identity,
        "author": f"{GENERATOR} {importlib.metadata.version(GENERATOR)}",
        "asset_license": asset.licence or _NO_LICENCE,
        "category": asset.category or _NO_CATEGORY,
        "qcode": item.qcode,
        "qcode_label": item.label,
        "rigid_body_count": len(asset.links),
        "asset_extents": Gf.Vec3f(*asset.extents_m),
        "mass": asset.mass_kg.value,
        "mass_source": asset.mass_kg.source,
        "material": asset.material,
        "source_sha256": ", ".join(asset.sources.values()),
        "Variants": {"Physics": describe_runtimes(stage.GetDefaultPrim().GetPath())},
    }
    stage.GetRootLayer().customLayerData = {**identity, "SimReady_Metadata": details}
