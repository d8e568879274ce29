// Reference counting of the real program is of no interest to an effect; only the shape of the hierarchy is repeated.
namespace PaintDotNet.ComponentModel;

public interface IObjectRef : IDisposable { }

public abstract class RefTrackedObject : IObjectRef
{
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing) { }
}
