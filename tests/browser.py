"""Headless Chromium for tests: opens a page, logs every request and every line of the console, takes pictures."""

from __future__ import annotations

import json
import os
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from selenium.webdriver import Chrome

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "chrome")


def require_chromium() -> tuple[str, str]:
    """Paths of Chromium and its driver; without them the test is skipped, and fails where ``CI`` is set."""
    browser = next(filter(None, map(shutil.which, CHROMIUM)), None)
    driver = shutil.which("chromedriver")
    if not browser or not driver:
        reason = "Chromium or chromedriver is not installed (Debian: chromium, chromium-driver)"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)
    return str(browser), str(driver)


@dataclass(frozen=True, slots=True)
class Page:
    """An open page: ``driver`` does what selenium can, the rest is what tests ask for."""

    driver: Chrome

    def run(self, script: str, *arguments: Any) -> Any:
        """The value of a script that ends in ``return …``."""
        return self.driver.execute_script(script, *arguments)

    def open(self, path: Path) -> None:
        """Open a file and wait until it has loaded; logs start anew."""
        self.driver.get_log("performance")
        self.driver.get_log("browser")
        self.driver.get(path.as_uri())

    def requests(self) -> list[str]:
        """URLs asked for since the last call, other than the file itself and data in the page."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        urls = [
            message["params"]["request"]["url"]
            for message in messages
            if message["method"] == "Network.requestWillBeSent"
        ]
        return [url for url in urls if not url.startswith(("data:", "blob:")) and url != self.driver.current_url]

    def console(self) -> list[str]:
        """Warnings and errors written to the console since the last call."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] in {"WARNING", "SEVERE"}]

    def text(self, selector: str) -> list[str]:
        """Visible text of every element that a CSS selector finds."""
        return [element.text for element in self.driver.find_elements("css selector", selector)]

    def picture(self, path: Path) -> Path:
        """What the window shows, as PNG."""
        self.driver.save_screenshot(str(path))
        return path


@contextmanager
def browser(*, width: int = 1280, height: int = 860) -> Iterator[Page]:
    """A headless Chromium without network tricks of its own."""
    from selenium import webdriver

    binary, driver_path = require_chromium()
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-background-networking",
        "--no-first-run",
        "--lang=zh-CN",
        f"--window-size={width},{height}",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(executable_path=driver_path))
    try:
        yield Page(driver)
    finally:
        driver.quit()
