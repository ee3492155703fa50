"""`python -m validation.realism survey | picture | gap [--quick] | page`."""

from __future__ import annotations

import argparse


def main(given: list[str] | None = None) -> None:
    """Do what is asked for."""
    parser = argparse.ArgumentParser(prog="python -m validation.realism", description=__doc__)
    parser.add_argument("what", choices=("survey", "picture", "gap", "page"))
    parser.add_argument(
        "--quick", action="store_true", help="gap: a few steps of one seed; nothing is written"
    )
    options = parser.parse_args(given)
    # each imports much that the others do without
    if options.what == "survey":
        from validation.realism import survey

        for row in survey.run():
            print(f"{row.quantity}: {row.measured} | {row.published} | {row.source}")
    elif options.what == "picture":
        from validation.realism import picture

        picture.run()
    elif options.what == "gap":
        from validation.realism import gap

        gap.run(options.quick)
    else:
        from validation.realism import page

        page.run()


if __name__ == "__main__":
    main()
