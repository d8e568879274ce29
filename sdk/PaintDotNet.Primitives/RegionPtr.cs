namespace PaintDotNet;

/// <summary>Pixels in memory, row by row, some bytes from one row to the next.</summary>
public readonly unsafe struct RegionPtr<T>
    where T : unmanaged
{
    public RegionPtr(T* ptr, int width, int height, int stride)
    {
        Ptr = ptr;
        Width = width;
        Height = height;
        Stride = stride;
    }

    public T* Ptr { get; }

    public int Width { get; }

    public int Height { get; }

    public int Stride { get; }

    public ref T this[int x, int y] => ref *((T*)((byte*)Ptr + ((long)y * Stride)) + x);
}
