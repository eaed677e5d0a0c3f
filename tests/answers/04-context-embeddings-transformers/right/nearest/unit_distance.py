"""By the distance of unit vectors, which ranks as the cosine does; in NumPy float32."""


def nearest(query, table, k, exclude=()):
    if k < 1:
        raise ValueError("k must be at least 1")
    q = query.numpy().astype(np.float32)
    t = table.numpy().astype(np.float32)
    lengths = np.linalg.norm(t, axis=1, keepdims=True)
    distance = np.linalg.norm(t / np.maximum(lengths, 1e-9) - q / max(np.linalg.norm(q), 1e-9), axis=1)
    distance[lengths[:, 0] == 0] = math.sqrt(2)  # as far as a right angle
    return [int(row) for row in np.argsort(distance) if int(row) not in exclude][:k]
