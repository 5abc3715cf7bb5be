#!/bin/sh
# Measure the recommender on public data. Usage: run.sh DATA_FOLDER OUT_FOLDER   (see README.md beside this file)
set -eu
data=$1 out=$2
mkdir -p "$out"
measure() { name=$1; shift; shoptalk evaluate recommending "$@" --json > "$out/$name.json"; }
measure beauty_last_item "$data/benchmarks/amazon_beauty.parquet"
measure ml100k_last_item "$data/benchmarks/ml100k_ratings.parquet"
measure retail_last_basket_new "$data/retail/online_retail.parquet" --protocol last-basket-new
measure retail_last_basket "$data/retail/online_retail.parquet" --protocol last-basket
shoptalk evaluate recommending-cold shops/demo --json > "$out/cold.json"
shoptalk evaluate recommending-speed shops/demo --size 10000 --size 100000 --json > "$out/speed.json"
