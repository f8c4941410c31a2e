"""The Python of the README runs as it stands."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from kgqa.embedding import MINILM, load_encoder
from kgqa.errors import MissingExtraError

ROOT = Path(__file__).parent.parent
BLOCKS = re.findall(r"^```python\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.M | re.S)


@pytest.mark.slow
def test_the_python_of_the_readme_runs(tmp_path: Path) -> None:
    if not BLOCKS:
        pytest.skip("the README has no Python block yet")
    try:
        load_encoder(MINILM)
    except MissingExtraError as error:
        pytest.skip(str(error))
    # A folder like the repository's root: what the blocks write must not land there.
    for name in ("graphs", "data"):
        (tmp_path / name).symlink_to(ROOT / name)
    code = "\n".join(BLOCKS)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    if "Which countries that border France use the euro?" in code:
        assert all(name in done.stdout for name in ("Germany", "Italy", "Spain", "Belgium", "Luxembourg"))
