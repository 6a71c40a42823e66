import unrolled


def test_a_classifier_gives_one_of_its_labels_and_how_likely_each_is(classifier):
    found = classifier.predict("a wonderful day")
    assert isinstance(classifier, unrolled.Classifier) and set(found.probabilities) == set(classifier.labels)
    assert found.label == max(found.probabilities, key=found.probabilities.get)


def test_many_texts_are_answered_in_their_order(classifier):
    sources = ["one", "", "two three", "one"]
    found = classifier.predict_many(sources)
    assert [each.source for each in found] == sources and found[0] == found[3] == classifier.predict("one")
