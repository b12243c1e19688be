"""Logistic regression on TF-IDF must learn the synthetic corpus better from more rows, and never reach every label.

usage: synthetic_difficulty_test.py SYNTHETIC_CSV
"""

import csv
import subprocess
import sys

from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression


def accuracy(train, test):
    vectorizer = TfidfVectorizer(lowercase=False)
    features = vectorizer.fit_transform([text for _, _, text in train])
    model = LogisticRegression(C=3, max_iter=500).fit(features, [label for _, label, _ in train])
    return model.score(vectorizer.transform([text for _, _, text in test]), [label for _, label, _ in test])


def main():
    lines = subprocess.run([sys.argv[1], "10000"], stdout=subprocess.PIPE, check=True, encoding="utf-8").stdout.splitlines()
    rows = list(csv.reader(lines))
    train = [row for row in rows if row[0] == "train"]
    test = [row for row in rows if row[0] == "test"]
    by_rows = {count: accuracy(train[:count], test) for count in [1000, 2000, 10000]}
    print(by_rows)
    assert by_rows[1000] < by_rows[2000] - 0.02 < by_rows[10000] - 0.04
    assert 0.85 < by_rows[10000] < 0.93


if __name__ == "__main__":
    main()
