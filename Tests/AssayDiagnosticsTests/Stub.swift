// Stand-in until this folder has its first file.
