from cloudportal.jobs.periodic import all_periodic


def test_hosts_and_pools_are_watched_and_images_cleared_regularly():
    every_seconds = {one.name: one.every_seconds for one in all_periodic()}
    assert every_seconds["topology.watch"] == 30
    assert every_seconds["storage.watch"] == 60
    assert every_seconds["storage.clear-images"] == 3600
