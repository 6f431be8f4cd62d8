"""The shapes in which DfE publishes its benchmarks, made from the feed's long tables: open-data CSV, LAIT parquet and dictionary, neighbours.

Belongs here: pivoting and headers. Does not belong here: any figure (dfe_benchmarks).
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

# The dictionary's headers, by our names for them.
DICTIONARY = {
    "measure_code": "Measure_code", "topic": "Topic", "title": "Measure", "measure": "Measure_short", "polarity": "Polarity",
    "unit_words": "y_axis_name", "decimal_places": "dps", "year_type": "Year_Type", "last_update": "Last Update",
}  # fmt: skip
ENGLAND = 970  # England's number in the LAIT
MADE_BY_READER = ("expected_la_code", "coded_la_code")


def write_published(tables: dict[str, pl.DataFrame], folder: Path) -> dict[str, int]:
    """Write the four files; returns their rows, of the open-data file and the LAIT their cells."""
    folder.mkdir(parents=True, exist_ok=True)
    figure = tables["figure"].drop(MADE_BY_READER)
    files = {
        "cin_cla_by_sen_la.csv": figure.filter(pl.col("file") == "cin_cla_by_sen_la"), "bds_long_0.parquet": figure.filter(pl.col("file") == "bds_long_0"),
        "statistical_neighbours.csv": tables["neighbour"], "lait_data_dictionary.csv": tables["measure"],
    }  # fmt: skip
    open_data, lait, neighbour, dictionary = files.values()
    _open_data(open_data).write_csv(folder / "cin_cla_by_sen_la.csv", line_terminator="\n")
    _lait(lait).write_parquet(folder / "bds_long_0.parquet", compression="uncompressed", statistics=False)
    _neighbours(neighbour).write_csv(folder / "statistical_neighbours.csv", line_terminator="\n")
    dictionary.rename(DICTIONARY).write_csv(folder / "lait_data_dictionary.csv", line_terminator="\n")
    return {name: frame.height for name, frame in files.items()}


def _open_data(cells: pl.DataFrame) -> pl.DataFrame:
    named = cells.rename({"breakdown": "social_care_group"}).drop("file", "breakdown_topic")
    index = [name for name in named.columns if name not in ("measure", "value_text")]
    return named.pivot(on="measure", index=index, values="value_text", maintain_order=True)


def _neighbours(long: pl.DataFrame) -> pl.DataFrame:
    """SN_1, SN_1P, SN_2, SN_2P and so on."""
    index, ranks = ["old_la_code", "la_name"], long["neighbour_rank"].unique(maintain_order=True).to_list()
    codes = long.pivot(on="neighbour_rank", index=index, values="neighbour_la_code", maintain_order=True)
    words = long.pivot(on="neighbour_rank", index=index, values="closeness", maintain_order=True)
    both = codes.rename({rank: f"SN_{rank}" for rank in ranks}).join(
        words.rename({rank: f"SN_{rank}P" for rank in ranks}), on=index, maintain_order="left"
    )
    return both.select(*index, *(f"SN_{rank}{end}" for rank in ranks for end in ("", "P")))


def _lait(lait: pl.DataFrame) -> pl.DataFrame:
    return lait.select(
        pl.col("measure").alias("Short Desc"), pl.lit(None, dtype=pl.String).alias("Data item"), pl.col("time_period").alias("Years"),
        pl.col("la_name").fill_null("England").alias("LA and Regions"), pl.col("value_text").alias("Values"),
        pl.col("old_la_code").fill_null(str(ENGLAND)).cast(pl.Float64).alias("LA Number"),
        pl.col("region_name").fill_null("NA").alias("Region"),
    )  # fmt: skip
