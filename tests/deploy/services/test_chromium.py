def test_the_browser_shows_a_page_and_runs_its_scripts(page):
    page.set_content("<h1>waiting</h1><script>document.querySelector('h1').textContent = 'ready'</script>")
    assert page.inner_text("h1") == "ready"
    assert page.script_errors == []


def test_errors_of_scripts_are_kept(page):
    page.set_content("<script>throw new Error('broken')</script>")
    assert [error.message for error in page.script_errors] == ["broken"]


def test_letters_can_be_drawn(page):
    page.set_content("<span>l</span><br><span>w</span>")
    narrow, wide = (box.bounding_box()["width"] for box in page.locator("span").all())
    assert 0 < narrow < wide
