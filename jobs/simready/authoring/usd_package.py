"""Where the files of a USD package lie: `usd/<name>/simready_usd/<name>.usd`, all others in folders beside it.

Source: NVIDIA SimReady Foundation, requirements NP.005 (folders), RV.002 (payloads), SR.002 (thumbnail).
"""

from __future__ import annotations


def package_folder(name: str) -> str:
    """The folder of the main file, which holds no other USD file."""
    return f"usd/{name}/simready_usd"


def main_file(name: str) -> str:
    return f"{package_folder(name)}/{name}.usd"


def thumbnail_file(name: str) -> str:
    return f"{package_folder(name)}/.thumbs/256x256/{name}.usd.png"
