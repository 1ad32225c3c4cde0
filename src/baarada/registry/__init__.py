"""Who and where: people, offices, places, posts, papers, lists."""
