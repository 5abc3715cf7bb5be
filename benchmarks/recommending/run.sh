#!/bin/sh
# Measure the recommender on public data. Usage: run.sh DATA_FOLDER OUT_FOLDER   (see README.md beside this file)
set -eu
data=$1 out=$2
mkdir -p "$out"
measure() { name=$1; shift; shoptalk evaluate recommending "$@" --json > "$out/$name.json"; }
measure beauty_last_item "$data/benchmarks/amazon_beauty.parquet" --sasrec-epochs "${SASREC_EPOCHS:-0}"
measure ml100k_last_item "$data/benchmarks/ml100k_ratings.parquet" --sasrec-epochs "${SASREC_EPOCHS:-0}"
measure retail_last_basket_new "$data/retail/online_retail.parquet" --protocol last-basket-new --sasrec-epochs "${SASREC_EPOCHS:-0}"
measure retail_last_basket "$data/retail/online_retail.parquet" --protocol last-basket --sasrec-epochs "${SASREC_EPOCHS:-0}"
shoptalk evaluate recommending-cold shops/demo --json > "$out/cold_demo.json"
shoptalk evaluate exposure shops/demo --picture "$out/exposure.svg" --json > "$out/exposure.json"
shoptalk evaluate recommending-promises shops/demo --json > "$out/promises_demo.json"
shoptalk evaluate recommending-speed shops/demo --size 10000 --size 100000 ${MILLION:+--size 1000000} \
    --picture "$out/speed.svg" --json > "$out/speed.json"
python "$(dirname "$0")/tables.py" "$out"
