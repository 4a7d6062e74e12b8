from dashboards.report.inline import blocks, inline, table


def test_bold_and_code() -> None:
    assert inline("**a `b`** and `**c**`") == "<strong>a <code>b</code></strong> and <code>**c**</code>"


def test_everything_else_is_text() -> None:
    assert inline("<b> & [x](javascript:y) \\| &lt;") == "&lt;b&gt; &amp; [x](javascript:y) | &lt;"


def test_headings_lists_tables_and_paragraphs() -> None:
    text = "# Title\n\n## Part\n\none\ntwo\n\n- a\n- b\n\n| x | y |\n| --- | --- |\n| 1 \\| 2 | 3 |\n"
    found = blocks(text)
    assert "Title" not in found
    assert "<h3>Part</h3>" in found
    assert "<p>one two</p>" in found
    assert "<ul><li>a</li><li>b</li></ul>" in found
    assert "<td>1 | 2</td><td>3</td>" in found
    assert 'aria-label="Part"' in found


def test_a_table_has_its_caption_and_its_numbers_to_the_right() -> None:
    found = table(["name", "n"], [["a", "1"], ["b", "2"]], caption="All of them", numeric=[1], marked=[1])
    assert "<caption>All of them</caption>" in found
    assert '<th scope="col" class="number">n</th>' in found
    assert '<tr class=marked><td>b</td><td class="number">2</td></tr>' in found
